import Foundation

/// Cosine annealing, one rate for each epoch:
///
///     rate(e) = lowest + (highest - lowest) (1 + cos(pi e / period)) / 2
///
/// Behind `period` the rate rises again and keeps swinging, as PyTorch's `CosineAnnealingLR` has it, whose
/// recursive form equals this closed form up to rounding.
package struct CosineSchedule: Sendable, Equatable {
    package let highest: Double
    package let lowest: Double
    /// The epochs from the highest to the lowest rate; need not be whole.
    package let period: Double

    package init(highest: Double, lowest: Double, period: Double) {
        self.highest = highest
        self.lowest = lowest
        self.period = max(1, period)
    }

    /// The rate of an epoch, counting from 0.
    package func rate(epoch: Int) -> Double {
        lowest + (highest - lowest) * (1 + cos(Double.pi * Double(epoch) / period)) / 2
    }
}
