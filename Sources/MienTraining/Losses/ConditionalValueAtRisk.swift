/// The conditional value at risk (CVaR) of losses, in closed form.
///
///     CVaR_alpha(l) = min over lambda of { lambda + 1 / (alpha n) sum_i max(l_i - lambda, 0) }
///
/// The minimum is the mean of the alpha n largest losses; where alpha n is not whole, the last of them counts
/// with the fraction (Rockafellar & Uryasev, 2000). So CVaR is a weighted sum, and its gradient by a loss is
/// that loss's weight. For alpha = 1 all weights are 1 / n, and the value is the mean, to the bit.
package struct ConditionalValueAtRisk: Sendable {
    package let alpha: Double
    private var order: [Int] = []

    package init(alpha: Double) {
        precondition(alpha > 0 && alpha <= 1, "CVaR has no alpha of \(alpha)")
        self.alpha = alpha
    }

    /// The value; `weights` receives the gradient. Among equal losses the earlier one counts first.
    ///
    /// - Complexity: O(n log n).
    package mutating func callAsFunction(_ losses: [Double], weights: inout [Double]) -> Double {
        let count = losses.count
        weights.removeAll(keepingCapacity: true)
        guard count > 0 else { return 0 }
        var share = alpha * Double(count)
        // 0.3 x 10 is 3, whatever rounding makes of it.
        if abs(share - share.rounded()) < 1e-9 * Double(count) { share = share.rounded() }
        share = max(share, .leastNormalMagnitude)
        if share >= Double(count) {
            weights.append(contentsOf: repeatElement(1 / Double(count), count: count))
        } else {
            weights.append(contentsOf: repeatElement(0, count: count))
            order.removeAll(keepingCapacity: true)
            order.append(contentsOf: 0..<count)
            order.sort { (losses[$0], $1) > (losses[$1], $0) }
            let whole = Int(share)
            for index in order.prefix(whole) { weights[index] = 1 / share }
            weights[order[whole]] = (share - Double(whole)) / share
        }
        // In the order of the losses, so that alpha = 1 adds up exactly as a mean does.
        var value = 0.0
        for index in 0..<count { value += weights[index] * losses[index] }
        return value
    }
}
