/// A fixed division of columns (or of elements) into pieces that different threads may work on.
///
/// It depends on the count alone. Were it to depend on the number of threads, so would the shapes of the matrix
/// products, with them the order of their sums, and in the end the weights.
struct Slices: Sendable {
    let count: Int
    let pieces: Int
    private let size: Int

    /// Pieces of at least `minimum` elements, at most `maximum` of them; every start is a multiple of 64.
    init(count: Int, minimum: Int = 64, maximum: Int = 8) {
        self.count = count
        let wanted = max(1, min(maximum, count / minimum))
        size = ((count + wanted - 1) / wanted + 63) / 64 * 64
        pieces = count == 0 ? 0 : (count + size - 1) / size
    }

    subscript(piece: Int) -> Range<Int> {
        min(piece * size, count)..<min((piece + 1) * size, count)
    }
}
