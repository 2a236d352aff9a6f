import Foundation

/// A differentiable stand-in for 1 - AUC: for each action unit, over all pairs of an active and an inactive row,
///
///     mean of max(margin - (p_active - p_inactive), 0)^2
///
/// and the mean of that over the units that have such pairs. p is the probability, so that margin 0.6 means the
/// same for every unit. A soft label counts as active from 0.5 on, a missing one not at all.
struct RankingLoss: Sendable {
    let margin: Double

    /// The loss of `rows` x `units` logits. `share` of its gradient by the logits is added to `gradient`.
    func callAsFunction(
        logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, units: Int, share: Double,
        gradient: inout [Double]
    ) -> Double {
        var slopes = [Double](repeating: 0, count: rows * units)
        var loss = 0.0
        var counted = 0
        for unit in 0..<units {
            var active: [(row: Int, p: Double)] = []
            var inactive: [(row: Int, p: Double)] = []
            for row in 0..<rows {
                let index = row * units + unit
                guard !targets[index].isNaN else { continue }
                let p = 1 / (1 + exp(-Double(logits[index])))
                if targets[index] >= 0.5 { active.append((row, p)) } else { inactive.append((row, p)) }
            }
            let pairs = Double(active.count * inactive.count)
            guard pairs > 0 else { continue }
            counted += 1
            for high in active {
                for low in inactive {
                    let gap = margin - (high.p - low.p)
                    guard gap > 0 else { continue }
                    loss += gap * gap / pairs
                    slopes[high.row * units + unit] -= 2 * gap / pairs * high.p * (1 - high.p)
                    slopes[low.row * units + unit] += 2 * gap / pairs * low.p * (1 - low.p)
                }
            }
        }
        guard counted > 0 else { return 0 }
        for index in slopes.indices where slopes[index] != 0 {
            gradient[index] += share * slopes[index] / Double(counted)
        }
        return loss / Double(counted)
    }
}
