import Synchronization

/// A request to stop early: the frames in flight are still finished and delivered.
///
/// Safe to use from any thread, a signal handler's queue included.
public final class Cancellation: Sendable {
    private let requested = Atomic(false)

    /// Creates a request that has not been made.
    public init() {}

    /// Makes the request.
    public func cancel() {
        requested.store(true, ordering: .relaxed)
    }

    /// Whether the request was made.
    public var isCancelled: Bool { requested.load(ordering: .relaxed) }
}
