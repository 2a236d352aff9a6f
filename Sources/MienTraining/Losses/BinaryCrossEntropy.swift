import Foundation

/// Binary cross-entropy with logits, one loss for each element:
///
///     t' = (1 - s) t + s / 2,   l = - w t' log sigmoid(z) - (1 - t') log(1 - sigmoid(z))
///
/// with label smoothing s and the positive weight w of the element's action unit.
package struct BinaryCrossEntropy: Sendable {
    package let positiveWeights: [Double]
    package let labelSmoothing: Double

    package init(units: Int, positiveWeights: [Double]? = nil, labelSmoothing: Double = 0) {
        self.positiveWeights = positiveWeights ?? Array(repeating: 1, count: units)
        self.labelSmoothing = labelSmoothing
    }

    /// The loss of one element, and its derivative.
    package func callAsFunction(logit: Float, target: Float, unit: Int) -> (loss: Double, derivative: Double)
    {
        let z = Double(logit)
        let t = (1 - labelSmoothing) * Double(target) + labelSmoothing / 2
        // log(1 + exp(-|z|)) neither overflows nor loses its digits.
        let softplus = log1p(exp(-abs(z)))
        let active = positiveWeights[unit] * t
        let loss = active * (max(-z, 0) + softplus) + (1 - t) * (max(z, 0) + softplus)
        let p = 1 / (1 + exp(-z))
        return (loss, (1 - t) * p - active * (1 - p))
    }
}
