/// What one person's face reads as at rest, so that action units can be told relative to it.
///
/// Resting faces differ: heavy brows read as AU 4, lines beside the mouth as AU 12. The median of each action
/// unit over some seconds of a neutral face says where that person's zero is; ``relative(_:)`` is the
/// difference to it.
///
/// All values have the six decimals of a table.
public struct Baseline: Sendable, Equatable {
    /// The fewest readings of a face that make a baseline.
    public static let fewestReadings = 10

    /// The median probability of each action unit.
    public let median: ActionUnitScores
    /// The median absolute deviation from ``median`` of each action unit: how much it varies at rest. Times
    /// 1.4826 it estimates a standard deviation.
    public let deviation: ActionUnitScores
    /// The mean probability of each expression, or nil if the model reads none: at rest, neutral should lead.
    public let expression: ExpressionScores?
    /// The number of readings it was learned from.
    public let readings: Int

    /// Creates a baseline.
    public init(
        median: ActionUnitScores, deviation: ActionUnitScores, expression: ExpressionScores?, readings: Int
    ) {
        self.median = median
        self.deviation = deviation
        self.expression = expression
        self.readings = readings
    }

    /// How far each action unit is from this person's rest: the probability minus ``median``, -1...1, or nil if
    /// a score is not a probability.
    ///
    /// It is a plain difference in the model's own unit, not cut off at 0: where somebody rests with raised
    /// brows, lowering them is below 0.
    public func relative(_ scores: ActionUnitScores) -> RelativeActionUnits? {
        guard let fixed = fixedPoint(scores.values), let rest = fixedPoint(median.values) else { return nil }
        return RelativeActionUnits(
            values: InlineArray { Float(Double(fixed[$0] - rest[$0]) / Double(fixedPointOne)) })
    }
}

/// The difference of the twelve action units to a person's ``Baseline``, -1...1 each; 0 is as at rest.
public struct RelativeActionUnits: Sendable {
    /// The differences in the order of ``ActionUnit``.
    public var values: InlineArray<12, Float>

    /// Creates differences in the order of ``ActionUnit``.
    public init(values: InlineArray<12, Float>) {
        self.values = values
    }

    /// The difference of one action unit.
    public subscript(unit: ActionUnit) -> Float {
        get { values[unit.index] }
        set { values[unit.index] = newValue }
    }
}

extension RelativeActionUnits: Equatable {
    /// Whether all twelve differences are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.values.indices.allSatisfy { a.values[$0] == b.values[$0] }
    }
}
