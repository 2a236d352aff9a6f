import Dispatch
import MienVideo

/// Carries a cancellation over to the reader of a video, whose waiting it ends.
final class CancellationWatch {
    private let timer: any DispatchSourceTimer

    init(_ cancellation: Cancellation, _ reading: VideoCancellation) {
        timer = DispatchSource.makeTimerSource(queue: .global(qos: .userInitiated))
        timer.schedule(deadline: .now(), repeating: .milliseconds(20))
        timer.setEventHandler { if cancellation.isCancelled { reading.cancel() } }
        timer.activate()
    }

    func end() { timer.cancel() }
}
