// Probabilities and times in a table have six decimals. Everything that must come out the same from a table
// as from the run that wrote it (windows, means, labels) is computed on the integers those decimals stand for:
// sums of integers are exact, so they neither drift nor depend on how a timeline was cut into pieces.

/// The number of table units in 1: probabilities count millionths, times microseconds.
@inlinable package var fixedPointOne: Int32 { 1_000_000 }

/// `value * scale` rounded to the nearest integer, ties to even, as `printf` rounds; nil if it is not finite or
/// does not fit. `scale` is a power of ten up to 10^12.
///
/// The product is exact in Double: a Float has 24 significant bits and 5^12 has 28.
@inlinable @inline(__always)
package func fixedPoint(_ value: Float, scale: Double) -> Int64? {
    let exact = (Double(value) * scale).rounded(.toNearestOrEven)
    guard exact.magnitude < 9e18 else { return nil }
    return Int64(exact)
}

/// `value * scale` rounded to the nearest integer, ties to even, as `printf` rounds; nil if it is not finite or
/// does not fit. `scale` is a power of ten up to 10^12.
@inlinable @inline(__always)
package func fixedPoint(_ value: Double, scale: Double) -> Int64? {
    let product = value * scale
    // Below 2^52, where halves can be told apart: 142 years in microseconds.
    guard product.magnitude < 0x1p52 else { return nil }
    let nearest = product.rounded(.toNearestOrEven)
    // The product was rounded once already. That cannot carry it past a tie, since ties are representable, but
    // it can carry it onto one; then what was lost decides, and if nothing was, even is right.
    let rest = product - nearest
    guard rest.magnitude == 0.5 else { return Int64(nearest) }
    let lost = (-product).addingProduct(value, scale)
    if rest > 0, lost > 0 { return Int64(nearest) + 1 }
    if rest < 0, lost < 0 { return Int64(nearest) - 1 }
    return Int64(nearest)
}

/// The table's integers for a set of probabilities, each 0...1,000,000; nil if any of them is not a probability.
@inlinable @inline(__always)
package func fixedPoint<let count: Int>(
    _ probabilities: InlineArray<count, Float>
) -> InlineArray<count, Int32>? {
    var fixed = InlineArray<count, Int32>(repeating: 0)
    for i in 0..<count {
        guard let value = fixedPoint(probabilities[i], scale: Double(fixedPointOne)),
            0...Int64(fixedPointOne) ~= value
        else { return nil }
        fixed[i] = Int32(value)
    }
    return fixed
}

/// The table's integer for a probability that is not one of a set, such as a threshold; what is none counts as the
/// nearest that is, and what is no number as 0.
package func fixedPoint(ofProbability probability: Double) -> Int32 {
    probability > 0 ? Int32((min(probability, 1) * Double(fixedPointOne)).rounded()) : 0
}

/// The index of the largest element; the first of equals.
@inlinable @inline(__always)
package func firstMaximum<let count: Int>(_ values: InlineArray<count, Int32>) -> Int {
    var best = 0
    for i in 1..<count where values[i] > values[best] {
        best = i
    }
    return best
}
