import Testing

import MienTraining

@Suite struct ConditionalValueAtRiskTests {
    /// The definition, minimised by ternary search: the function of lambda is convex.
    private func minimized(_ losses: [Double], alpha: Double) -> Double {
        func value(_ lambda: Double) -> Double {
            lambda + losses.reduce(0) { $0 + max($1 - lambda, 0) } / (alpha * Double(losses.count))
        }
        var (low, high) = (losses.min()! - 1, losses.max()! + 1)
        for _ in 0..<200 {
            let (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
            if value(a) < value(b) { high = b } else { low = a }
        }
        return value((low + high) / 2)
    }

    @Test(
        arguments: [0.001, 0.05, 0.1, 0.3, 1 / 3.0, 0.5, 0.77, 0.999, 1],
        [1, 2, 3, 10, 32, 384])
    func valueIsTheMinimumOverLambda(alpha: Double, count: Int) {
        let losses = noise(count, seed: UInt64(count)).map { Double(abs($0)) }
        var risk = ConditionalValueAtRisk(alpha: alpha)
        var weights: [Double] = []
        let value = risk(losses, weights: &weights)
        #expect(abs(value - minimized(losses, alpha: alpha)) < 1e-5 * max(1, value))
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
        #expect(weights.allSatisfy { $0 >= 0 && $0 <= 1 / (alpha * Double(count)) * (1 + 1e-12) || $0 == 1 })
    }

    @Test func theLastElementCountsWithItsFraction() {
        var risk = ConditionalValueAtRisk(alpha: 0.5)
        var weights: [Double] = []
        let value = risk([1, 5, 3], weights: &weights)
        #expect(value == (5 + 0.5 * 3) / 1.5)
        #expect(weights == [0, 1 / 1.5, 0.5 / 1.5])
    }

    @Test func alphaOneIsTheMeanBitForBit() {
        let losses = noise(384).map { Double($0 * $0) }
        var risk = ConditionalValueAtRisk(alpha: 1)
        var weights: [Double] = []
        let mean = losses.reduce(0) { $0 + 1 / 384.0 * $1 }
        #expect(risk(losses, weights: &weights).bitPattern == mean.bitPattern)
        #expect(weights == Array(repeating: 1 / 384.0, count: 384))
    }

    @Test func equalLossesKeepTheirOrder() {
        var risk = ConditionalValueAtRisk(alpha: 0.5)
        var weights: [Double] = []
        #expect(risk([2, 2, 2, 2], weights: &weights) == 2)
        #expect(weights == [0.5, 0.5, 0, 0])
    }

    @Test func theWeightsAreTheGradient() {
        let losses = noise(20, seed: 3).map { Double($0) }
        for alpha in [0.13, 0.5, 0.9, 1] {
            var risk = ConditionalValueAtRisk(alpha: alpha)
            var weights: [Double] = []
            var ignored: [Double] = []
            _ = risk(losses, weights: &weights)
            for index in losses.indices {
                var (up, down) = (losses, losses)
                up[index] += 1e-6
                down[index] -= 1e-6
                let slope = (risk(up, weights: &ignored) - risk(down, weights: &ignored)) / 2e-6
                #expect(abs(slope - weights[index]) < 1e-6)
            }
        }
    }
}
