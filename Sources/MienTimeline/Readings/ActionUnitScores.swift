/// One probability, 0...1, for each of the twelve action units; each stands alone, they do not add up to 1.
///
/// Twelve floats stored inline: copying one allocates nothing.
public struct ActionUnitScores: Sendable {
    /// The number of action units.
    public static let count = 12

    /// The probabilities in the order of ``ActionUnit``.
    public var values: InlineArray<12, Float>

    /// Creates scores from the twelve probabilities in the order of ``ActionUnit``.
    public init(values: InlineArray<12, Float>) {
        self.values = values
    }

    /// Creates scores that are all `probability`.
    public init(repeating probability: Float) {
        values = InlineArray(repeating: probability)
    }

    /// Creates scores from a span of exactly twelve probabilities, such as one row of a sigmoid.
    public init(_ probabilities: Span<Float>) {
        precondition(probabilities.count == Self.count, "12 action units, not \(probabilities.count)")
        values = InlineArray { probabilities[$0] }
    }

    /// Creates scores from a collection of exactly twelve probabilities.
    public init(_ probabilities: some Collection<Float>) {
        precondition(probabilities.count == Self.count, "12 action units, not \(probabilities.count)")
        var iterator = probabilities.makeIterator()
        values = InlineArray { _ in iterator.next()! }
    }

    /// The probability of one action unit.
    public subscript(unit: ActionUnit) -> Float {
        get { values[unit.index] }
        set { values[unit.index] = newValue }
    }
}

extension ActionUnitScores: Equatable {
    /// Whether all twelve scores are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.values.indices.allSatisfy { a.values[$0] == b.values[$0] }
    }
}
