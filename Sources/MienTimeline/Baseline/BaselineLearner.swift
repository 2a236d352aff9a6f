/// Collects the readings of one face at rest, and makes a ``Baseline`` of them.
///
/// Computed on the table's integers, so that a baseline learned from rows that were read back is the same.
package struct BaselineLearner: Sendable {
    private var units: [InlineArray<12, Int32>] = []
    private var expressions = InlineArray<8, Int64>(repeating: 0)
    private var expressionCount = 0

    /// The number of readings so far.
    package var count: Int { units.count }

    package init() {}

    /// Takes the raw scores of a row, if it has any.
    package mutating func add(_ reading: FaceReading) {
        guard let fixed = reading.actionUnits.flatMap({ fixedPoint($0.values) }) else { return }
        units.append(fixed)
        guard let fixed = reading.expression.flatMap({ fixedPoint($0.values) }) else { return }
        for i in 0..<8 { expressions[i] += Int64(fixed[i]) }
        expressionCount += 1
    }

    /// The baseline, or nil if there are fewer than ``Baseline/fewestReadings``.
    package func baseline() -> Baseline? {
        guard count >= Baseline.fewestReadings else { return nil }
        var (median, deviation) = (InlineArray<12, Float>(repeating: 0), InlineArray<12, Float>(repeating: 0))
        for i in 0..<12 {
            let middle = Self.median(units.map { $0[i] })
            median[i] = Self.probability(Double(middle))
            deviation[i] = Self.probability(Double(Self.median(units.map { abs($0[i] - middle) })))
        }
        let total = Double(max(expressionCount, 1))
        return Baseline(
            median: ActionUnitScores(values: median), deviation: ActionUnitScores(values: deviation),
            expression: expressionCount == 0
                ? nil
                : ExpressionScores(
                    values: InlineArray { Self.probability((Double(expressions[$0]) / total).rounded()) }),
            readings: count)
    }

    private static func probability(_ fixed: Double) -> Float { Float(fixed / Double(fixedPointOne)) }

    /// The middle value, or the mean of the two in the middle, half of a unit to even.
    private static func median(_ values: [Int32]) -> Int32 {
        let sorted = values.sorted()
        let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return Int32((Double(low + high) / 2).rounded(.toNearestOrEven))
    }
}
