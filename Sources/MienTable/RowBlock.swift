import MienTimeline

/// Whole rows of text on their way to a sink, in a buffer that is allocated once.
struct RowBlock: Sendable {
    private static let size = 1 << 16

    private var bytes = [UInt8](repeating: 0, count: size + RowFormat.maximumRowBytes)
    private var end = 0

    /// Whether the rows should go before another one comes.
    var isFull: Bool { end >= Self.size }

    /// Adds a line of no more than `RowFormat.maximumRowBytes` bytes.
    mutating func append(line: String) {
        var position = end
        var span = bytes.mutableSpan
        span.put(line, at: &position)
        span.put(byte: UInt8(ascii: "\n"), at: &position)
        end = position
    }

    /// Adds a row with the columns of every table and `groups`.
    mutating func append(_ reading: FaceReading, groups: ColumnGroups) {
        var position = end
        var span = bytes.mutableSpan
        RowFormat.put(reading, groups: groups, into: &span, at: &position)
        end = position
    }

    /// Gives the rows to `sink` and forgets them, whether it takes them or not.
    mutating func empty(into sink: any TableSink) throws(TimelineError) {
        guard end > 0 else { return }
        defer { end = 0 }
        try sink.write(bytes.span.extracting(first: end))
    }
}
