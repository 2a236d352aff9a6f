import MienTable
import MienTimeline

/// What counts as what in a summary.
package struct SummaryOptions: Sendable, Equatable {
    /// The probability from which each action unit counts as active, in the order of ``ActionUnit``.
    package var thresholds: [Float]
    /// The shortest event that is listed, in seconds.
    package var minimumEvent: Double
    /// The longest time between two readings of a face in which the first is taken to hold, in seconds.
    package var gapMaximum: Double

    package init(
        thresholds: [Float] = Array(repeating: 0.5, count: ActionUnitScores.count),
        minimumEvent: Double = 1, gapMaximum: Double = 0.5
    ) {
        precondition(thresholds.count == ActionUnitScores.count, "a threshold for each action unit")
        self.thresholds = thresholds
        self.minimumEvent = minimumEvent
        self.gapMaximum = gapMaximum
    }

    /// The action units that are active with these scores, a bit for each in the order of ``ActionUnit``.
    func active(_ units: ActionUnitScores) -> UInt16 {
        (0..<ActionUnitScores.count).reduce(0) { bits, i in
            units.values[i] >= thresholds[i] ? bits | 1 << UInt16(i) : bits
        }
    }
}

extension TableRow {
    /// The expression that the table states, which somebody may have corrected, or else the most probable one.
    var label: FacialExpression? { expressionLabel ?? reading.expression?.dominant }
    /// The same of the smoothed columns.
    var smoothedLabel: FacialExpression? { smoothedExpressionLabel ?? reading.smoothedExpression?.dominant }
}
