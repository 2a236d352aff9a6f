import Foundation
import MienTensor

/// A bounded queue between two stages that can end from either side.
///
/// The sender ends it with ``finish(throwing:)``: the receiver gets what is still queued and then the end,
/// or the error. The receiver ends it with ``cancel()``: what is queued is thrown away and every later
/// ``send(_:)`` says so, which is how a failure downstream stops the stages upstream.
package final class Channel<Element: Sendable>: @unchecked Sendable {
    private enum State {
        case open
        case finished((any Error)?)
        case cancelled
    }

    /// Protects `state`, `queue` and `displacedCount`. (A condition rather than a `Mutex`: both sides
    /// wait for each other.)
    private let condition = NSCondition()
    private var state = State.open
    private var queue: RingBuffer<Element>
    private let policy: OverflowPolicy
    private var displacedCount = 0
    private let onDisplaced: (@Sendable (Element) -> Void)?

    /// - Parameter onDisplaced: Takes, on the sender's thread, an element that gave way to a newer one.
    package init(
        capacity: Int, policy: OverflowPolicy = .wait, onDisplaced: (@Sendable (Element) -> Void)? = nil
    ) {
        queue = RingBuffer(capacity: capacity)
        self.policy = policy
        self.onDisplaced = onDisplaced
    }

    /// The number of elements that wait to be received.
    package var count: Int { condition.withLock { queue.count } }

    /// The number of elements that gave way to newer ones.
    package var displaced: Int { condition.withLock { displacedCount } }

    /// Queues `element`, waiting for room if that is the policy.
    ///
    /// - Returns: False when the channel has ended and nobody will ever receive the element.
    package func send(_ element: Element) -> Bool {
        condition.lock()
        while case .open = state, queue.isFull, policy == .wait { BusyThread.pause { condition.wait() } }
        guard case .open = state else {
            condition.unlock()
            return false
        }
        let displaced = queue.isFull ? queue.removeFirst() : nil
        if displaced != nil { displacedCount += 1 }
        queue.append(element)
        condition.broadcast()
        condition.unlock()
        // Unlocked: what takes it may have locks of its own.
        if let displaced { onDisplaced?(displaced) }
        return true
    }

    /// The next element, waiting for it; nil at the end.
    ///
    /// - Throws: The error the sender finished with, once everything sent before it has been received.
    package func receive() throws -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if case .cancelled = state { return nil }
            if !queue.isEmpty {
                condition.broadcast()
                return queue.removeFirst()
            }
            switch state {
            case .open: BusyThread.pause { condition.wait() }
            case .finished(let error?): throw error
            case .finished, .cancelled: return nil
            }
        }
    }

    /// Ends the channel from the sender's side. Only the first end counts.
    package func finish(throwing error: (any Error)? = nil) {
        condition.withLock {
            guard case .open = state else { return }
            state = .finished(error)
            condition.broadcast()
        }
    }

    /// Ends the channel from the receiver's side and lets go of what is queued.
    package func cancel() {
        condition.withLock {
            state = .cancelled
            while !queue.isEmpty { _ = queue.removeFirst() }
            condition.broadcast()
        }
    }
}
