import Foundation

/// Smooths a signal as it comes: strongly while it hardly moves, and hardly while it moves fast, so that it does not lag
/// (Casiez, Roussel and Vogel, "1 Euro filter", CHI 2012).
package struct OneEuroFilter: Sendable {
    /// The cut-off frequency in Hz of a signal that stands still: lower is smoother.
    private let minimumCutoff: Double
    /// How much the cut-off rises with the signal's speed: higher lags less.
    private let beta: Double
    /// The cut-off frequency in Hz of the speed.
    private static let speedCutoff = 1.0

    private var value: Double?
    private var speed = 0.0
    private var last = 0.0

    package init(minimumCutoff: Double = 1, beta: Double = 0.02) {
        self.minimumCutoff = minimumCutoff
        self.beta = beta
    }

    /// Takes the next value.
    ///
    /// - Parameter time: In seconds; one that is not later than the one before, or more than a second later, begins anew.
    /// - Returns: The smoothed value.
    package mutating func push(_ next: Double, at time: Double) -> Double {
        let step = time - last
        last = time
        guard let before = value, step > 0, step <= 1 else {
            (value, speed) = (next, 0)
            return next
        }
        func weight(_ cutoff: Double) -> Double { 1 / (1 + 1 / (2 * .pi * cutoff * step)) }
        speed += weight(Self.speedCutoff) * ((next - before) / step - speed)
        let smoothed = before + weight(minimumCutoff + beta * abs(speed)) * (next - before)
        value = smoothed
        return smoothed
    }
}
