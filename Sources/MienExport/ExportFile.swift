import MienTable
import MienTimeline

/// One file of an export, which appears under its name only when it is complete.
///
/// An export can be made again from its table, so one that fails leaves nothing behind, unlike a table.
final class ExportFile {
    private let sink: any TableSink
    private var text = TextBuffer()

    /// Starts the file at `path`; `-` is the standard output.
    init(path: String, replacing: Bool) throws(TimelineError) {
        sink = try TableOutput.sink(for: path, replacing: replacing)
    }

    /// Writes to a sink of the caller's.
    init(sink: any TableSink) {
        self.sink = sink
    }

    /// Adds what `put` puts: no more than `count` bytes.
    @inline(__always)
    func append(
        atMost count: Int, _ put: (inout MutableSpan<UInt8>, inout Int) -> Void
    ) throws(TimelineError) {
        text.append(atMost: count, put)
        if text.isFull { try text.empty(into: sink) }
    }

    /// Adds text.
    func append(_ line: String) throws(TimelineError) {
        text.append(line)
        if text.isFull { try text.empty(into: sink) }
    }

    /// Gives the sink all there is.
    func flush() throws(TimelineError) { try text.empty(into: sink) }

    /// Ends the file and gives it its name.
    func commit() throws(TimelineError) {
        try flush()
        try sink.commit()
    }

    /// Removes what was written, where that can be done.
    func discard() {
        (sink as? FileSink)?.discard()
    }
}
