extension Array {
    /// Becomes `count` copies of `element`, in the memory it has.
    mutating func refill(with element: Element, count: Int) {
        removeAll(keepingCapacity: true)
        append(contentsOf: repeatElement(element, count: count))
    }
}
