import MienTable
import MienTimeline

/// Text on its way to a sink, in a buffer that is allocated once and grows only for what is longer than it.
struct TextBuffer: Sendable {
    private static let size = 1 << 16

    private var bytes = [UInt8](repeating: 0, count: size + 4096)
    private var end = 0

    /// Whether the text should go before more comes.
    var isFull: Bool { end >= Self.size }

    /// Adds what `put` puts: no more than `count` bytes.
    @inline(__always)
    mutating func append(atMost count: Int, _ put: (inout MutableSpan<UInt8>, inout Int) -> Void) {
        if bytes.count - end < count {
            bytes.append(contentsOf: repeatElement(0, count: max(count, bytes.count)))
        }
        var position = end
        var span = bytes.mutableSpan
        put(&span, &position)
        end = position
    }

    /// Adds text of any length.
    mutating func append(_ text: String) {
        append(atMost: text.utf8.count) { span, end in span.put(text, at: &end) }
    }

    /// Gives the text to `sink` and forgets it, whether it takes it or not.
    mutating func empty(into sink: any TableSink) throws(TimelineError) {
        guard end > 0 else { return }
        defer { end = 0 }
        try sink.write(bytes.span.extracting(first: end))
    }
}
