import MienHeads

/// The losses behind the decisions: their mean, and that of the worst tenth, which is what CVaR is about.
package struct LossScores: Sendable, Equatable {
    /// The mean over samples (expression) or labelled elements (action units).
    package let mean: Double
    /// The mean of the largest 10 %.
    package let worstTenth: Double

    /// Plain cross-entropies of the calibrated logits: no weights, no smoothing.
    package init(_ predictions: Predictions, labels: Labels, calibration: Calibration = Calibration()) {
        let losses = Self.losses(predictions, labels: labels, calibration: calibration)
        var weights: [Double] = []
        var all = ConditionalValueAtRisk(alpha: 1)
        var worst = ConditionalValueAtRisk(alpha: 0.1)
        mean = all(losses, weights: &weights)
        worstTenth = worst(losses, weights: &weights)
    }

    static func losses(_ predictions: Predictions, labels: Labels, calibration: Calibration) -> [Double] {
        let task = predictions.task
        let outputs = task.outputs
        var target = [Float](repeating: 0, count: outputs)
        var scaled = target
        var gradient = [Double](repeating: 0, count: outputs)
        let crossEntropy = CrossEntropy(classes: outputs)
        let binary = BinaryCrossEntropy(units: outputs)
        var losses: [Double] = []
        for (row, sample) in predictions.samples.enumerated() where labels.isLabelled(sample) {
            labels.target(sample, into: &target)
            for index in 0..<outputs {
                let logit = Double(predictions.logits[row * outputs + index])
                switch task {
                case .expression:
                    scaled[index] = Float(logit / calibration.expressionTemperature)
                case .actionUnits:
                    scaled[index] = Float(
                        logit * (calibration.actionUnitScale?[index] ?? 1)
                            + (calibration.actionUnitBias?[index] ?? 0))
                }
            }
            switch task {
            case .expression:
                losses.append(crossEntropy(logits: scaled, target: target, gradient: &gradient))
            case .actionUnits:
                for unit in 0..<outputs where !target[unit].isNaN {
                    losses.append(binary(logit: scaled[unit], target: target[unit], unit: unit).loss)
                }
            }
        }
        return losses
    }
}
