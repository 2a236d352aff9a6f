import MienVideo

/// Turns the timestamps of frames into a time that always moves forward.
///
/// Files repeat timestamps, run backwards or leap by hours at a splice, or have none. Durations are all the tracker
/// needs, so a step that is not a step forward, or is a jump, counts as one frame of the usual length.
package struct MediaClock: Sendable {
    /// Seconds since the first frame.
    package private(set) var time = 0.0
    private var last: Double?
    private var usualStep = 1.0 / 25

    package init() {}

    /// Moves to the next frame.
    /// - Returns: The seconds since the frame before, 0 for the first.
    package mutating func advance(to timestamp: Double) -> Double {
        guard let last else {
            self.last = timestamp.isFinite ? timestamp : 0
            return 0
        }
        var step = timestamp - last
        if step.isFinite && step > 0 && step < FrameClock.jump {
            if step < 1 { usualStep = step }
        } else {
            step = usualStep
        }
        // An unreadable timestamp must not spoil the next step.
        self.last = timestamp.isFinite ? timestamp : last + step
        time += step
        return step
    }
}
