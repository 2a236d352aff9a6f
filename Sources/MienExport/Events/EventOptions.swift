import MienTimeline

/// How scores become intervals.
package struct EventOptions: Sendable, Equatable {
    /// The score from which on a label holds; nil is the model's threshold for an action unit, and one half for an
    /// expression.
    package var on: Double?
    /// The score below which it holds no longer, no higher than ``on``; nil is 0.8 times that.
    package var off: Double?
    /// Shorter intervals are left out, in seconds.
    package var minimumDuration = 0.2
    /// The longest time in seconds without a reading of the face that an interval reaches across.
    package var gapMaximum = 0.5
    /// Readings with a lower quality (``FaceGeometry``) count as none; those without one count.
    package var minimumQuality = 0.0
    /// The labels that are looked for; nil for all but the action units that the model grades as weak.
    package var labels: [EventLabel]?

    /// Creates the defaults.
    package init() {}

    /// The thresholds for one label.
    ///
    /// - Parameter usual: Where it begins unless ``on`` says.
    func hysteresis(usual: Int32) -> Hysteresis {
        let on = on.map(fixedPoint(ofProbability:)) ?? usual
        // A threshold of 0 would never let go, nor say anything.
        let begin = max(on, 1)
        return Hysteresis(
            on: begin, off: min(begin, off.map(fixedPoint(ofProbability:)) ?? Int32(Double(begin) * 0.8)))
    }
}

/// Two thresholds, so that a score near one of them does not flicker: what has begun at the higher one lasts until
/// the score is below the lower one. In the table's integers.
struct Hysteresis: Sendable, Equatable {
    let on: Int32
    let off: Int32
}
