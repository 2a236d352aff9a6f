/// Splits CSV text into records and cells (RFC 4180: quotes, doubled quotes, line breaks inside quotes), with LF
/// or CRLF at the end of a record.
struct RecordScanner: Sendable {
    struct Cell: Sendable {
        var range: Range<Int>
        /// Whether `range`, which leaves out the outer quotes, has doubled quotes inside.
        var isEscaped = false
    }

    enum Outcome: Sendable, Equatable {
        /// A record, which ends before this position; `cells` has its cells.
        case record(end: Int)
        /// The text ends before the record does.
        case incomplete
        /// A quoted cell is followed by something else than a comma or the end of the line.
        case strayQuote
    }

    /// The cells of the record scanned last.
    private(set) var cells: [Cell] = []
    /// The line feeds in it.
    private(set) var lines = 0

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Scans the record that begins at `start`.
    mutating func scan(_ text: Span<UInt8>, from start: Int) -> Outcome {
        cells.removeAll(keepingCapacity: true)
        lines = 0
        var position = start
        while position < text.count {
            var cell = Cell(range: position..<position)
            if text[position] == Self.quote {
                guard let end = closingQuote(text, from: position + 1, &cell.isEscaped) else {
                    return .incomplete
                }
                cell.range = position + 1..<end
                position = end + 1
                if position < text.count, text[position] == Self.carriageReturn { position += 1 }
            } else {
                while position < text.count, text[position] != Self.comma, text[position] != Self.lineFeed {
                    position += 1
                }
                cell.range = cell.range.lowerBound..<position
            }
            guard position < text.count else { return .incomplete }
            let separator = text[position]
            guard separator == Self.comma || separator == Self.lineFeed else { return .strayQuote }
            if separator == Self.lineFeed, let last = cell.range.last, text[last] == Self.carriageReturn {
                cell.range = cell.range.lowerBound..<last
            }
            cells.append(cell)
            position += 1
            if separator == Self.lineFeed {
                lines += 1
                return .record(end: position)
            }
        }
        return .incomplete
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
