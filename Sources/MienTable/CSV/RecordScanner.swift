/// Splits text into records and cells (RFC 4180: quotes, doubled quotes, line breaks inside quotes), with any byte
/// between the cells and LF, CRLF or CR at the end of a record. Spaces around a cell are not part of it.
struct RecordScanner: Sendable {
    enum Outcome: Sendable, Equatable {
        /// A record, which ends before this position; `cells` has its cells.
        case record(end: Int)
        /// The text ends before the record does.
        case incomplete
        /// The text ends inside of quotes that were opened in this line of the record, from 0.
        case openQuote(line: Int)
        /// A quoted cell is followed by something else than a separator or the end of the line.
        case strayQuote
    }

    /// What stands between cells.
    var separator = UInt8(ascii: ",")
    /// The cells of the record scanned last.
    private(set) var cells: [CSVRecord.Cell] = []
    /// The lines it takes.
    private(set) var lines = 0

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Scans the record that begins at `start`.
    mutating func scan(_ text: Span<UInt8>, from start: Int) -> Outcome {
        cells.removeAll(keepingCapacity: true)
        lines = 0
        var position = start
        while true {
            while position < text.count, isSpace(text[position]) { position += 1 }
            guard position < text.count else { return .incomplete }
            var cell = CSVRecord.Cell(range: position..<position)
            if text[position] == Self.quote {
                let line = lines
                guard let end = closingQuote(text, from: position + 1, &cell.isEscaped) else {
                    return .openQuote(line: line)
                }
                cell.range = position + 1..<end
                position = end + 1
                while position < text.count, isSpace(text[position]) { position += 1 }
            } else {
                while position < text.count, !endsCell(text[position]) { position += 1 }
                var end = position
                while end > cell.range.lowerBound, isSpace(text[end - 1]) { end -= 1 }
                cell.range = cell.range.lowerBound..<end
            }
            guard position < text.count else { return .incomplete }
            guard endsCell(text[position]) else { return .strayQuote }
            cells.append(cell)
            let end = text[position]
            position += 1
            if end == separator { continue }
            lines += 1
            guard end == Self.carriageReturn else { return .record(end: position) }
            // Whether a line feed belongs to it is not known yet.
            guard position < text.count else { return .incomplete }
            return .record(end: text[position] == Self.lineFeed ? position + 1 : position)
        }
    }

    /// Makes the record `count` cells long, if it has fewer, by empty cells; of more, empty ones are dropped.
    mutating func fit(to count: Int) {
        while cells.count > count, cells[cells.count - 1].range.isEmpty { cells.removeLast() }
        let end = cells.last?.range.upperBound ?? 0
        while cells.count < count { cells.append(CSVRecord.Cell(range: end..<end)) }
    }

    @inline(__always)
    private func endsCell(_ byte: UInt8) -> Bool {
        byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
    }

    @inline(__always)
    private func isSpace(_ byte: UInt8) -> Bool {
        (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
    }

    /// The position of the quote that ends a cell whose text begins at `start`.
    private mutating func closingQuote(
        _ text: Span<UInt8>, from start: Int, _ isEscaped: inout Bool
    ) -> Int? {
        var position = start
        while position < text.count {
            if text[position] == Self.lineFeed { lines += 1 }
            if text[position] == Self.quote {
                guard position + 1 < text.count, text[position + 1] == Self.quote else { return position }
                isEscaped = true
                position += 1
            }
            position += 1
        }
        return nil
    }
}
