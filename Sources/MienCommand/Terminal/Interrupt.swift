import Dispatch
import Foundation
import Mien
import MienCore

/// Turns SIGINT, SIGTERM and SIGHUP into a ``Cancellation``: files are closed in order.
///
/// A second signal ends the process at once, as it would have without us.
final class Interrupt {
    let cancellation = Cancellation()
    private let sources: [any DispatchSourceSignal]

    init() {
        let cancellation = cancellation
        // nohup has a terminal that goes away ignored, and so it stays.
        let signals = Self.isIgnored(SIGHUP) ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
        sources = signals.map { number in
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

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
