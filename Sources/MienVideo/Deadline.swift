import CFFmpeg
import Dispatch
import Synchronization

/// Ends FFmpeg's blocking calls when a source has been silent for too long.
///
/// FFmpeg polls the callback while it waits, from whichever thread does the waiting.
final class Deadline: Sendable {
    /// The time in nanoseconds of the monotonic clock, or `.max` for no limit.
    private let limit = Atomic(UInt64.max)

    /// Starts the time of one call; nil for no limit.
    func start(_ seconds: Double?) {
        let now = DispatchTime.now().uptimeNanoseconds
        limit.store(seconds.map { now + UInt64($0 * 1e9) } ?? .max, ordering: .relaxed)
    }

    var hasPassed: Bool { DispatchTime.now().uptimeNanoseconds > limit.load(ordering: .relaxed) }

    /// The callback; the deadline must outlive the context it is given to.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<Deadline>.fromOpaque(opaque).takeUnretainedValue().hasPassed ? 1 : 0
            }, opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}
