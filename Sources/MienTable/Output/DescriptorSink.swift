import Foundation
import MienCore
import MienTimeline

/// Writes to an open file descriptor: the standard output, a pipe, a device.
///
/// Writing to a pipe whose reader is gone raises `SIGPIPE`, which ends a process that does nothing about it.
/// A program that wants the ``TimelineError/cannotWrite(path:code:)`` instead ignores that signal:
/// `signal(SIGPIPE, SIG_IGN)`. This type does not touch the process's signals.
public final class DescriptorSink: TableSink {
    private let descriptor: Int32
    private let name: String
    private let closes: Bool

    /// Creates a sink for `descriptor`, which messages call `name`; `closes` says whether it is closed in the
    /// end.
    public init(descriptor: Int32, name: String, closes: Bool) {
        self.descriptor = descriptor
        self.name = name
        self.closes = closes
    }

    /// The standard output.
    public static func standardOutput() -> DescriptorSink {
        DescriptorSink(descriptor: STDOUT_FILENO, name: "standard output", closes: false)
    }

    deinit {
        if closes { close(descriptor) }
    }

    /// Writes all of `rows`, waiting where the other side is slow.
    public func write(_ rows: Span<UInt8>) throws(TimelineError) {
        let (_, code) = writeAll(rows, to: descriptor)
        guard code == 0 else { throw .cannotWrite(path: name, code: code) }
    }

    /// Does nothing: what was written is out already.
    public func commit() throws(TimelineError) {}
}
