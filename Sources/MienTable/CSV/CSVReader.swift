import Foundation
import MienTimeline

/// Reads tables as text, record by record, in constant memory: those of mien, and lists as pandas, R, Excel and
/// LibreOffice write them.
///
/// The header says what separates cells: commas, semicolons, tabs or spaces. Text is UTF-8 or UTF-16. A record that
/// is shorter than the header has empty cells at its end, and empty cells beyond the header are dropped, since
/// spreadsheets leave out and add them as they please; records of empty cells alone are passed over.
///
/// ```swift
/// let table = try CSVReader(path: "labels.csv")
/// while let record = try table.next() { print(record[0]) }
/// ```
package final class CSVReader {
    /// A record longer than this is no row of a table.
    private static let maximumRecordBytes = 1 << 20

    /// The names of the columns.
    package private(set) var header: [String] = []
    /// The length in bytes of the header and the records read so far.
    package private(set) var bytesRead = 0
    /// The number of the line read last, from 1.
    package private(set) var line = 0
    /// Whether the text is UTF-8 with commas between cells, so that records can be copied as they are.
    package var isPlain: Bool { source.isPlain && scanner.separator == UInt8(ascii: ",") }
    /// What messages call the file.
    package var name: String { source.name }

    private var source: CSVSource
    /// Whether the last line may lack its end: programs that are not mien leave it out.
    private let allowsOpenEnd: Bool
    private var scanner = RecordScanner()
    private var text: [UInt8] = []
    private var position = 0

    /// Opens the table at `path`, `-` for the standard input, and reads its header.
    package convenience init(path: String, allowsOpenEnd: Bool = true) throws(TimelineError) {
        try self.init(CSVSource(path: path), allowsOpenEnd: allowsOpenEnd)
    }

    /// Reads a table that is in memory; messages call it `name`.
    package convenience init(bytes: [UInt8], name: String, allowsOpenEnd: Bool = true) throws(TimelineError) {
        try self.init(CSVSource(bytes: bytes, name: name), allowsOpenEnd: allowsOpenEnd)
    }

    private init(_ source: CSVSource, allowsOpenEnd: Bool) throws(TimelineError) {
        self.source = source
        self.allowsOpenEnd = allowsOpenEnd
        try self.source.start(&text)
        bytesRead = self.source.markLength
        endLastLine()
        try findSeparator()
        guard let record = try next() else { throw malformed(1, "expected a header") }
        header = (0..<record.count).map { record[$0] }
        try findRowNames(isQuoted: record.range.lowerBound < record.cells[0].range.lowerBound)
    }

    deinit { source.close() }

    /// The next record, or nil at the end.
    ///
    /// - Throws: ``TimelineError`` `.malformedTable` with the line, `.cutShort` if the last record must be whole and is
    ///   not, `.cannotRead`.
    package func next() throws(TimelineError) -> CSVRecord? {
        while let end = try scan() {
            let count = scanner.cells.count
            let isBlank = scanner.cells.allSatisfy(\.range.isEmpty)
            if !isBlank, !header.isEmpty { scanner.fit(to: header.count) }
            let start = position
            let first = line + 1
            bytesRead += end - position
            position = end
            line += scanner.lines
            if isBlank { continue }
            return CSVRecord(
                line: first, foundCount: count, text: text, cells: scanner.cells,
                range: start..<lineEnd(start..<end),
                hasCommas: scanner.separator == UInt8(ascii: ","))
        }
        return nil
    }

    /// The end of a record without its line feed and carriage return.
    private func lineEnd(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        if end > range.lowerBound, text[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > range.lowerBound, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }

    /// Scans the next record without taking it, and returns where it ends; nil at the end of the text.
    private func scan() throws(TimelineError) -> Int? {
        while true {
            let outcome = scanner.scan(text.span, from: position)
            switch outcome {
            case .record(let end): return end
            case .strayQuote:
                throw malformed(line + 1, "text after a closing quote, expected a separator")
            case .incomplete where source.isAtEnd && position == text.count: return nil
            case .incomplete, .openQuote:
                guard !source.isAtEnd, text.count - position <= Self.maximumRecordBytes else {
                    throw unended(outcome)
                }
                text.removeFirst(position)
                position = 0
                try source.read(&text)
                endLastLine()
            }
        }
    }

    /// At the end of the file, makes the last line one like the others.
    private func endLastLine() {
        guard source.isAtEnd, let last = text.last, last != UInt8(ascii: "\n") else { return }
        if last == UInt8(ascii: "\r") || allowsOpenEnd { text.append(UInt8(ascii: "\n")) }
    }

    /// Finds out what separates cells: what the header has most of outside of quotes, or what Excel's line "sep=;"
    /// says.
    private func findSeparator() throws(TimelineError) {
        let end = try firstLineEnd()
        let line = text[position..<end]
        if 4...5 ~= line.count, line.starts(with: Array("sep=".utf8)) {
            scanner.separator = line.count == 5 ? line[end - 1] : UInt8(ascii: "\t")
            return takeLineEnds(from: end)
        }
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        scanner.separator = UInt8(ascii: counts[UInt8(ascii: " ")] == nil ? "," : " ")
        var maximum = 0
        for separator in ",;\t".utf8 {
            guard let count = counts[separator], count > maximum else { continue }
            (scanner.separator, maximum) = (separator, count)
        }
    }

    /// The end of the first line that is not empty, which has no line end inside of quotes. Passes over the others.
    private func firstLineEnd() throws(TimelineError) -> Int {
        takeLineEnds(from: position)
        var end = position
        var isQuoted = false
        while true {
            while end < text.count, isQuoted || !Self.isLineEnd(text[end]) {
                if text[end] == UInt8(ascii: "\"") { isQuoted.toggle() }
                end += 1
            }
            guard end == text.count, !source.isAtEnd, end - position <= Self.maximumRecordBytes else {
                return end
            }
            try source.read(&text)
            endLastLine()
            if end == position { takeLineEnds(from: position) }
            end = max(end, position)
        }
    }

    /// Goes on after the line ends that begin at `start`.
    private func takeLineEnds(from start: Int) {
        var end = start
        while end < text.count, Self.isLineEnd(text[end]) {
            let isPair =
                text[end] == UInt8(ascii: "\r") && end + 1 < text.count
                && text[end + 1] == UInt8(ascii: "\n")
            end += isPair ? 2 : 1
            line += 1
        }
        bytesRead += end - position
        position = end
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// R's write.table gives the names of rows a column without a name.
    private func findRowNames(isQuoted: Bool) throws(TimelineError) {
        guard isQuoted, let end = try? scan(), end > position, scanner.cells.count == header.count + 1,
            scanner.cells.last?.range.isEmpty == false
        else { return }
        header.insert("", at: 0)
    }

    /// The error for a record whose end is not found.
    private func unended(_ outcome: RecordScanner.Outcome) -> TimelineError {
        if source.isAtEnd, !allowsOpenEnd { return .cutShort(path: name, line: line + 1) }
        guard case .openQuote(let opened) = outcome else {
            return malformed(line + 1, "more than 1 MiB without the end of a row")
        }
        return malformed(line + 1 + opened, "a quote that is opened here and not closed")
    }

    private func malformed(_ line: Int, _ problem: String) -> TimelineError {
        .malformedTable(path: name, line: line, problem: problem)
    }
}
