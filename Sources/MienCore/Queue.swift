/// A first-in, first-out queue over one array, for elements without references.
///
/// Taken elements stay in the array until they are half of it, then the rest moves to the front: constant
/// time per element on average, and never more than twice the memory of what is queued.
package struct Queue<Element: Sendable>: Sendable {
    @usableFromInline var storage: [Element] = []
    @usableFromInline var head = 0

    @inlinable package init() {}

    @inlinable package var count: Int { storage.count - head }
    @inlinable package var isEmpty: Bool { head == storage.count }
    @inlinable package var first: Element? { isEmpty ? nil : storage[head] }

    @inlinable package subscript(position: Int) -> Element {
        get { storage[head + position] }
        set { storage[head + position] = newValue }
    }

    @inlinable package mutating func append(_ element: Element) {
        storage.append(element)
    }

    /// Puts an element before the one at `position`, or last.
    @inlinable package mutating func insert(_ element: Element, at position: Int) {
        storage.insert(element, at: head + position)
    }

    /// Takes the oldest element; the queue must not be empty.
    @inlinable package mutating func removeFirst() -> Element {
        precondition(!isEmpty, "the queue is empty")
        let element = storage[head]
        head += 1
        if head >= 32, 2 * head >= storage.count {
            storage.removeFirst(head)
            head = 0
        }
        return element
    }
}
