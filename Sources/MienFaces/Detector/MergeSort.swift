/// Sorts arrays, leaving equal elements in their order, with working memory that it keeps.
///
/// The library's sort allocates for every array of 64 elements or more.
struct MergeSort<Element: Sendable>: Sendable {
    private var merged: [Element] = []

    /// - Complexity: O(n log n) comparisons.
    mutating func callAsFunction(
        _ elements: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
    ) {
        let count = elements.count
        var length = 1
        while length < count {
            merged.removeAll(keepingCapacity: true)
            for start in stride(from: 0, to: count, by: 2 * length) {
                let (middle, end) = (min(start + length, count), min(start + 2 * length, count))
                merge(elements, start..<middle, middle..<end, areInIncreasingOrder)
            }
            swap(&elements, &merged)
            length *= 2
        }
    }

    private mutating func merge(
        _ elements: [Element], _ left: Range<Int>, _ right: Range<Int>,
        _ areInIncreasingOrder: (Element, Element) -> Bool
    ) {
        var (i, j) = (left.lowerBound, right.lowerBound)
        while i < left.upperBound || j < right.upperBound {
            // Of equals the left one first.
            let takesRight =
                i == left.upperBound
                || j < right.upperBound && areInIncreasingOrder(elements[j], elements[i])
            merged.append(elements[takesRight ? j : i])
            if takesRight { j += 1 } else { i += 1 }
        }
    }
}
