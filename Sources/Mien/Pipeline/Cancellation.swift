import Synchronization

/// A request to stop early: the frames in flight are still finished and delivered.
///
/// Safe to use from any thread, a signal handler's queue included.
public final class Cancellation: Sendable {
    private let requested = Atomic(false)
    private let handlers = Mutex<[Int: @Sendable () -> Void]>([:])
    private let lastHandler = Atomic(0)

    /// Creates a request that has not been made.
    public init() {}

    /// Makes the request.
    public func cancel() {
        requested.store(true, ordering: .sequentiallyConsistent)
        let waiting = handlers.withLock { handlers in
            defer { handlers = [:] }
            return handlers
        }
        for handler in waiting.values { handler() }
    }

    /// Whether the request was made.
    public var isCancelled: Bool { requested.load(ordering: .sequentiallyConsistent) }

    /// Runs `body`; if the request is made before that has returned, or was before it began, calls `handler` once, on the
    /// thread that makes it.
    func whileWatching<Value, Failure: Error>(
        _ handler: @escaping @Sendable () -> Void, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let number = lastHandler.add(1, ordering: .relaxed).newValue
        handlers.withLock { $0[number] = handler }
        // Made meanwhile: whoever takes the handler out calls it.
        if isCancelled, handlers.withLock({ $0.removeValue(forKey: number) }) != nil { handler() }
        defer { handlers.withLock { _ = $0.removeValue(forKey: number) } }
        return try body()
    }
}
