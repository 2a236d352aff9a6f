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
}
