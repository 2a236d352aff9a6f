import Dispatch
import Foundation
import Mien

/// Turns SIGINT and SIGTERM into a ``Cancellation``: rows in flight are finished and files closed.
///
/// A second signal ends the process at once, as it would have without us.
final class Interrupt {
    let cancellation = Cancellation()
    private let sources: [any DispatchSourceSignal]

    init() {
        let cancellation = cancellation
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                cancellation.cancel()
                signal(number, SIG_DFL)
            }
            source.activate()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
