import Foundation

/// Cross-entropy of a softmax with hard or soft labels, one loss for each row:
///
///     t' = (1 - s) t + s / C,   l = - sum_c w_c t'_c log softmax(z)_c
///
/// with label smoothing s and class weights w, as PyTorch's `cross_entropy(reduction="none")` has it. A hard
/// label is a t of one 1.
package struct CrossEntropy: Sendable {
    package let classWeights: [Double]
    package let labelSmoothing: Double

    package init(classes: Int, weights: [Double]? = nil, labelSmoothing: Double = 0) {
        classWeights = weights ?? Array(repeating: 1, count: classes)
        self.labelSmoothing = labelSmoothing
    }

    /// The loss of one row. `gradient` receives dl / dz, as many elements as classes.
    package func callAsFunction(
        logits: UnsafePointer<Float>, target: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Double>
    ) -> Double {
        let classes = classWeights.count
        var highest = logits[0]
        for index in 1..<classes { highest = max(highest, logits[index]) }
        var sum = 0.0
        for index in 0..<classes {
            gradient[index] = exp(Double(logits[index] - highest))
            sum += gradient[index]
        }
        let logSum = log(sum) + Double(highest)
        var loss = 0.0
        var mass = 0.0
        for index in 0..<classes {
            let weight = classWeights[index] * smoothed(target[index])
            mass += weight
            if weight != 0 { loss += weight * (logSum - Double(logits[index])) }
        }
        for index in 0..<classes {
            gradient[index] = gradient[index] / sum * mass - classWeights[index] * smoothed(target[index])
        }
        return loss
    }

    private func smoothed(_ target: Float) -> Double {
        (1 - labelSmoothing) * Double(target) + labelSmoothing / Double(classWeights.count)
    }
}
