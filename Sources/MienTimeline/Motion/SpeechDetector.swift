import MienCore

/// Tells from the gap between one face's lips whether the mouth moves as in speech, as it comes.
///
/// Speech opens and closes the mouth two to seven times a second. A face talks while the gap has turned from opening to
/// closing, or back, at least ``minimumTurns`` times in the last second, each time by ``minimumMovement``. A yawn and a
/// smile turn once.
package struct SpeechDetector: Sendable {
    /// The turns in a second.
    package static let minimumTurns = 3
    /// How far the gap moves between two of them, in widths of the mouth.
    package static let minimumMovement = 0.05
    private static let window = 1.0

    private var turns = Queue<Double>()
    private var extreme: Double?
    private var isOpening = false
    private var last: Double?

    package init() {}

    /// Takes the next gap.
    ///
    /// - Parameter time: In seconds; one that is not later than the one before begins anew.
    /// - Returns: Whether the face talks.
    package mutating func push(_ gap: Double, at time: Double) -> Bool {
        if let last, time <= last || time - last > Self.window { self = SpeechDetector() }
        last = time
        while let first = turns.first, time - first > Self.window { _ = turns.removeFirst() }
        guard let peak = extreme else {
            extreme = gap
            return false
        }
        if isOpening ? gap > peak : gap < peak {
            extreme = gap
        } else if abs(gap - peak) >= Self.minimumMovement {
            isOpening.toggle()
            extreme = gap
            turns.append(time)
        }
        return turns.count >= Self.minimumTurns
    }
}
