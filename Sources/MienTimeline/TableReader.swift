import Foundation

/// Reads a table back, row by row, in constant memory.
///
/// All columns of ``TableColumn/all`` must be there, in any order, and those of ``TableColumn/relative`` are read
/// where they all are; others that people added are passed on with each row. Cells may be quoted, lines may end with CRLF, and `NA` and `NaN` count as empty, since that is how
/// other programs save tables.
///
/// ```swift
/// let table = try TableReader(path: "clip.csv")
/// while let row = try table.next() { print(row.reading.timestamp, row.expressionLabel ?? "-") }
/// ```
public final class TableReader {
    /// A record longer than this is no row of a table.
    private static let longestRecord = 1 << 20
    private static let blockSize = 1 << 16

    /// The names of the columns that are not ours, in their order.
    public var extraColumns: [String] { parser.layout.extraColumns }
    /// The length in bytes of the header and the rows read so far: what may be kept of a table cut short.
    public private(set) var bytesRead = 0
    /// The number of the line read last, from 1; the header is line 1.
    public private(set) var line = 0

    private let path: String
    private let descriptor: Int32
    private let closes: Bool
    private var parser: RowParser
    private var scanner = RecordScanner()
    private var order = RowOrder()
    private var text: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// Opens the table at `path`, `-` for the standard input, and reads its header.
    ///
    /// - Throws: ``TimelineError`` `.cannotOpen`, `.cannotRead`, or `.malformedTable` if a column is missing.
    public convenience init(path: String) throws(TimelineError) {
        let isStandard = path == "-"
        let descriptor = isStandard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
        try self.init(
            descriptor: descriptor, closes: !isStandard, name: isStandard ? "standard input" : path, text: [])
    }

    /// Reads a table that is in memory; messages call it `name`.
    public convenience init(bytes: [UInt8], name: String) throws(TimelineError) {
        try self.init(descriptor: -1, closes: false, name: name, text: bytes)
    }

    private init(
        descriptor: Int32, closes: Bool, name: String, text: [UInt8]
    ) throws(TimelineError) {
        self.descriptor = descriptor
        self.closes = closes
        self.text = text
        path = name
        isAtEnd = descriptor < 0
        parser = RowParser(layout: .empty)
        if !isAtEnd { try refill() }
        // Spreadsheets put a byte order mark in front.
        if self.text.starts(with: [0xEF, 0xBB, 0xBF]) {
            position = 3
            bytesRead = 3
        }
        guard let end = try record() else {
            throw .malformedTable(path: path, line: 1, problem: "expected a header")
        }
        let record = self.text
        let header = scanner.cells.map { record.span.unescaped($0) }
        do {
            parser = RowParser(layout: try TableLayout(header: header))
        } catch {
            throw .malformedTable(path: path, line: 1, problem: error.text)
        }
        consume(upTo: end)
    }

    deinit {
        if closes { close(descriptor) }
    }

    /// The next row, or nil at the end of the table.
    ///
    /// - Throws: ``TimelineError`` `.malformedTable` with the line and what was expected there, `.cutShort` if
    ///   the last row is not whole, `.cannotRead`.
    public func next() throws(TimelineError) -> TableRow? {
        guard let end = try record() else { return nil }
        let layout = parser.layout
        let text = text
        let first = line + 1
        guard scanner.cells.count == layout.width else {
            throw malformed(first, "\(scanner.cells.count) cells, expected \(layout.width) as in the header")
        }
        let row: TableRow
        do {
            row = TableRow(
                reading: try parser.reading(text.span, scanner.cells),
                expressionLabel: try parser.label(text.span, scanner.cells, TableLayout.expressionLabel),
                smoothedExpressionLabel: try parser.label(
                    text.span, scanner.cells, TableLayout.smoothedExpressionLabel),
                hasRelativeColumns: layout.hasRelative, extraColumns: layout.extraColumns,
                extraCells: layout.extraPositions.map { text.span.unescaped(scanner.cells[$0]) })
        } catch {
            throw malformed(first, error.text)
        }
        if let objection = order.objection(toFrame: row.reading.frame, faceID: row.reading.faceID) {
            throw malformed(first, "\(objection), expected rows sorted by frame and face_id")
        }
        order.admit(frame: row.reading.frame, faceID: row.reading.faceID)
        consume(upTo: end)
        return row
    }

    /// Scans the next record that is not an empty line, and returns where it ends; nil at the end.
    private func record() throws(TimelineError) -> Int? {
        while true {
            switch scanner.scan(text.span, from: position) {
            case .record(let end):
                let isBlank = scanner.cells.count == 1 && scanner.cells[0].range.isEmpty
                guard isBlank else { return end }
                consume(upTo: end)
            case .strayQuote:
                throw malformed(line + 1, "text after a closing quote, expected a comma")
            case .incomplete:
                if isAtEnd {
                    if position == text.count { return nil }
                    throw .cutShort(path: path, line: line + 1)
                }
                guard text.count - position <= Self.longestRecord else {
                    throw malformed(line + 1, "more than 1 MiB without the end of a row")
                }
                try refill()
            }
        }
    }

    private func consume(upTo end: Int) {
        bytesRead += end - position
        position = end
        line += scanner.lines
    }

    private func refill() throws(TimelineError) {
        text.removeFirst(position)
        position = 0
        let used = text.count
        text.append(contentsOf: repeatElement(0, count: Self.blockSize))
        var count = -1
        repeat {
            count = text.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + used, Self.blockSize) }
        } while count < 0 && errno == EINTR
        let code = errno
        text.removeLast(Self.blockSize - max(count, 0))
        guard count >= 0 else { throw .cannotRead(path: path, code: code) }
        isAtEnd = count == 0
    }

    private func malformed(_ line: Int, _ problem: String) -> TimelineError {
        .malformedTable(path: path, line: line, problem: problem)
    }
}
