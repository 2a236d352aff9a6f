import Synchronization

/// A request to stop early: the frames in flight are still finished and delivered.
///
/// Safe to use from any thread, a signal handler's queue included. There is no way back.
public final class Cancellation: Sendable {
    private let isRequested = Atomic(false)
    private let parent: Cancellation?

    /// Creates a request that has not been made.
    public init() { parent = nil }

    /// Creates a request that is made when `parent` is, or by itself, which `parent` does not notice.
    package init(following parent: Cancellation) { self.parent = parent }

    /// Makes the request.
    public func cancel() { isRequested.store(true, ordering: .relaxed) }

    /// Whether the request was made.
    public var isCancelled: Bool {
        isRequested.load(ordering: .relaxed) || parent?.isCancelled ?? false
    }
}
