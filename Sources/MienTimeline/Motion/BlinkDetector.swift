/// Tells blinks from one face's eye openings, as they come.
///
/// Eyes are closed when they are less than half as open as they usually are, which is learned as the face is seen, and open
/// again from 0.6 of that. A blink is a closure of at most ``maximumDuration``: what lasts longer is no blink any more.
package struct BlinkDetector: Sendable {
    /// In seconds. Blinks last 0.1 to 0.4 s (Caffier, Erdmann and Ullsperger, Eur. J. Appl. Physiol. 89, 2003).
    package static let maximumDuration = 0.5
    /// How fast the usual opening is learned, as a time constant in seconds.
    private static let adaptation = 10.0
    private static let closing = 0.5
    private static let reopening = 0.6

    private var usual: Double?
    private var closedSince: Double?
    private var last: Double?

    package init() {}

    /// Takes the next opening, the mean of both eyes.
    ///
    /// - Parameter time: In seconds; one that is not later than the one before begins anew.
    /// - Returns: Whether the eyes are closed in a blink.
    package mutating func push(_ opening: Double, at time: Double) -> Bool {
        if let last, time <= last || time - last > 1 { self = BlinkDetector() }
        let step = last.map { time - $0 } ?? 0
        last = time
        guard let level = usual else {
            usual = opening
            return false
        }
        let threshold = closedSince == nil ? Self.closing : Self.reopening
        if opening < threshold * level {
            closedSince = closedSince ?? time
        } else {
            closedSince = nil
            usual = level + min(step / Self.adaptation, 1) * (opening - level)
        }
        return closedSince.map { time - $0 <= Self.maximumDuration } ?? false
    }
}
