/// What a bounded queue does with one element too many.
package enum OverflowPolicy: Sendable {
    /// The sender waits: a file can.
    case wait
    /// The oldest element gives way: a camera cannot wait, and its newest frame is the one that matters.
    case dropOldest
}

/// A bounded first-in, first-out buffer: the arithmetic of back-pressure, without locks or clocks.
package struct Backlog<Element> {
    /// What became of an element that was offered.
    package enum Outcome {
        case accepted
        /// Accepted, and this older element was given up for it.
        case displaced(Element)
        /// Not accepted: full, and the policy is to wait.
        case full(Element)
    }

    private var slots: [Element?]
    private var head = 0
    package private(set) var count = 0
    private let policy: OverflowPolicy

    package init(capacity: Int, policy: OverflowPolicy) {
        precondition(capacity > 0, "a backlog needs room for one element")
        slots = Array(repeating: nil, count: capacity)
        self.policy = policy
    }

    package mutating func offer(_ element: consuming Element) -> Outcome {
        if count < slots.count {
            slots[(head + count) % slots.count] = element
            count += 1
            return .accepted
        }
        guard policy == .dropOldest, let oldest = take() else { return .full(element) }
        slots[(head + count) % slots.count] = element
        count += 1
        return .displaced(oldest)
    }

    /// The oldest element, or nil when there is none.
    package mutating func take() -> Element? {
        guard count > 0 else { return nil }
        defer {
            slots[head] = nil
            head = (head + 1) % slots.count
            count -= 1
        }
        return slots[head]
    }
}
