import CFFmpeg
import Synchronization

/// What FFmpeg asks while it waits: whether to give up, because of a deadline or a cancellation.
///
/// FFmpeg asks from the thread of the blocked call, and for some protocols from a thread of its own,
/// which it joins before the context closes.
final class Interrupt: Sendable {
    private let cancellation: VideoCancellation
    private let timeout: Double?
    /// Microseconds on FFmpeg's monotonic clock.
    private let deadline = Atomic<Int64>(.max)

    init(cancellation: VideoCancellation, timeout: Double?) {
        self.cancellation = cancellation
        self.timeout = timeout
    }

    /// Gives the next blocking call its full time, or `seconds` if given.
    func restart(seconds: Double? = nil) {
        guard let allowance = seconds ?? timeout else { return }
        deadline.store(av_gettime_relative() + Int64(min(max(allowance, 0), 1e9) * 1e6), ordering: .relaxed)
    }

    var shouldStop: Bool { isCancelled || isExpired }
    var isCancelled: Bool { cancellation.isCancelled }
    private var isExpired: Bool { av_gettime_relative() >= deadline.load(ordering: .relaxed) }

    /// Makes `context` ask this object, which must outlive it.
    func attach(to context: UnsafeMutablePointer<AVFormatContext>) {
        context.pointee.interrupt_callback = AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<Interrupt>.fromOpaque(opaque).takeUnretainedValue().shouldStop ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }

    /// The error to report for a failed call, if this object made it fail.
    func error(for input: String) -> VideoError? {
        if isCancelled { return .cancelled(input) }
        if isExpired, let timeout { return .timedOut(input, seconds: timeout) }
        return nil
    }
}
