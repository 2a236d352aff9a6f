import Synchronization

/// A request to stop early: the frames in flight are still finished and delivered.
///
/// Safe to use from any thread, a signal handler's queue included. There is no way back.
public final class Cancellation: Sendable {
    private let isRequested = Atomic(false)
    private let parent: Cancellation?
    /// Called when the request is made; nil afterwards.
    private let handlers = Mutex<[@Sendable () -> Void]?>([])

    /// Creates a request that has not been made.
    public init() { parent = nil }

    /// Creates a request that is made when `parent` is, or by itself, which `parent` does not notice.
    package init(following parent: Cancellation) { self.parent = parent }

    /// Makes the request.
    public func cancel() {
        isRequested.store(true, ordering: .relaxed)
        let waiting = handlers.withLock { $0.take() }
        for handler in waiting ?? [] { handler() }
    }

    /// Whether the request was made.
    public var isCancelled: Bool {
        isRequested.load(ordering: .relaxed) || parent?.isCancelled ?? false
    }

    /// Calls `handler` once when this very request is made, on the thread that makes it; at once if it has been.
    package func onCancel(_ handler: @escaping @Sendable () -> Void) {
        let isLate = handlers.withLock { handlers in
            handlers?.append(handler)
            return handlers == nil
        }
        if isLate { handler() }
    }
}
