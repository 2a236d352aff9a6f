import CFFmpeg
import MienCore
import Synchronization

/// What FFmpeg asks while it waits: whether to give up, because of a deadline or a cancellation.
///
/// FFmpeg asks from the thread of the blocked call, and for some protocols from a thread of its own,
/// which it joins before the context closes.
final class Interrupt: Sendable {
    private let cancellation: Cancellation
    /// Microseconds on FFmpeg's monotonic clock.
    private let deadline = Atomic<Int64>(.max)
    /// The microseconds that were given until then.
    private let allowance = Atomic<Int64>(0)

    private let timeout: Double?

    /// - Parameter timeout: What ``restart()`` gives a call.
    init(cancellation: Cancellation, timeout: Double? = nil) {
        self.cancellation = cancellation
        self.timeout = timeout
    }

    /// Gives the next blocking call its full time.
    func restart() { restart(seconds: timeout) }

    /// Gives the next blocking call its time in seconds; nil is for ever.
    func restart(seconds: Double?) {
        let time = seconds.map { Int64(min(max($0, 0), 1e9) * 1e6) }
        allowance.store(time ?? 0, ordering: .relaxed)
        deadline.store(time.map { av_gettime_relative() + $0 } ?? .max, ordering: .relaxed)
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

    /// The seconds after which a failed call was given up, if it was.
    var expiredAfter: Double? { isExpired ? Double(allowance.load(ordering: .relaxed)) / 1e6 : nil }

    /// The error to report for a failed call, if this object made it fail.
    func error(for input: String) -> VideoError? {
        if isCancelled { return .cancelled(input) }
        return expiredAfter.map { .timedOut(input, seconds: $0) }
    }
}
