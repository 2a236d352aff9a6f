import Foundation

/// One probability, 0...1, for each of the eight expressions.
///
/// Eight floats stored inline: copying one allocates nothing.
public struct ExpressionScores: Sendable {
    /// The number of expressions.
    public static let count = 8

    /// The probabilities in the order of ``FacialExpression``.
    public var values: InlineArray<8, Float>

    /// Creates scores from the eight probabilities in the order of ``FacialExpression``.
    public init(values: InlineArray<8, Float>) {
        self.values = values
    }

    /// Creates scores that are all `probability`.
    public init(repeating probability: Float) {
        values = InlineArray(repeating: probability)
    }

    /// Creates scores from a span of exactly eight probabilities, such as one row of a softmax.
    public init(_ probabilities: Span<Float>) {
        precondition(probabilities.count == Self.count, "8 expressions, not \(probabilities.count)")
        values = InlineArray { probabilities[$0] }
    }

    /// Creates scores from a collection of exactly eight probabilities.
    public init(_ probabilities: some Collection<Float>) {
        precondition(probabilities.count == Self.count, "8 expressions, not \(probabilities.count)")
        var iterator = probabilities.makeIterator()
        values = InlineArray { _ in iterator.next()! }
    }

    /// The probability of one expression.
    public subscript(expression: FacialExpression) -> Float {
        get { values[expression.rawValue] }
        set { values[expression.rawValue] = newValue }
    }

    /// The most probable expression, or nil if any score is not a probability.
    ///
    /// Scores are compared at the table's resolution, 0.000001, and the first of equals wins, so that the
    /// label can always be recomputed from a table.
    public var dominant: FacialExpression? {
        guard let fixed = fixedPoint(values) else { return nil }
        return FacialExpression(rawValue: firstMaximum(fixed))
    }

    /// The entropy of the eight probabilities over its maximum, ln 8: 0 if one of them is 1, 1 if all are equal. Nil if
    /// any score is not a probability.
    ///
    /// Computed at the table's resolution, so that it can be recomputed from a table.
    public var uncertainty: Double? {
        guard let fixed = fixedPoint(values) else { return nil }
        var entropy = 0.0
        for index in fixed.indices where fixed[index] > 0 {
            let probability = Double(fixed[index]) / Double(fixedPointOne)
            entropy -= probability * log(probability)
        }
        return min(max(entropy / log(Double(Self.count)), 0), 1)
    }
}

extension ExpressionScores: Equatable {
    /// Whether all eight scores are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.values.indices.allSatisfy { a.values[$0] == b.values[$0] }
    }
}
