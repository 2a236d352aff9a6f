/// What a full queue does with one element more.
package enum OverflowPolicy: Sendable {
    /// The sender waits: a file can.
    case wait
    /// The oldest element gives way: a camera cannot wait, and its newest frame is the one that matters.
    case dropOldest
}

/// A first-in, first-out buffer of a fixed capacity. An element that was taken is not kept.
package struct RingBuffer<Element> {
    private var slots: [Element?]
    private var head = 0
    package private(set) var count = 0

    package init(capacity: Int) {
        precondition(capacity > 0, "a ring buffer needs room for one element")
        slots = Array(repeating: nil, count: capacity)
    }

    package var isEmpty: Bool { count == 0 }
    package var isFull: Bool { count == slots.count }

    /// The element at a position, counted from the oldest.
    package subscript(position: Int) -> Element {
        get { slots[slot(position)]! }
        _modify { yield &slots[slot(position)]! }
    }

    /// Adds an element; the buffer must not be full.
    package mutating func append(_ element: consuming Element) {
        precondition(!isFull, "the ring buffer is full")
        slots[(head + count) % slots.count] = element
        count += 1
    }

    /// Takes the oldest element; the buffer must not be empty.
    package mutating func removeFirst() -> Element {
        let oldest = slot(0)
        head = (head + 1) % slots.count
        count -= 1
        return slots[oldest].take()!
    }

    private func slot(_ position: Int) -> Int {
        precondition(position >= 0 && position < count, "position \(position) of \(count)")
        return (head + position) % slots.count
    }
}
