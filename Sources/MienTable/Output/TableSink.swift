import MienTimeline

/// Where the bytes of a table go.
///
/// A sink receives whole rows, in order, and is used from one thread at a time. ``FileSink`` and
/// ``DescriptorSink`` are those of the command; tests and services bring their own.
public protocol TableSink: AnyObject {
    /// Takes whole rows; when it returns they are out of this process's hands.
    func write(_ rows: Span<UInt8>) throws(TimelineError)

    /// Ends the output: everything has been written. Nothing may be written afterwards.
    func commit() throws(TimelineError)
}
