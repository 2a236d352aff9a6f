import Foundation
import MienHeads

/// Fitting temperatures and thresholds on samples that the weights were not trained on.
package enum CalibrationFit {
    /// The calibration that fits `predictions` best.
    ///
    /// Expression: the temperature with the least cross-entropy. Action units: for each a scale with the least
    /// cross-entropy, and then the threshold with the highest F1. A scale moves no probability across 0.5, so
    /// decisions at 0.5 stay what they were. `calibration`'s values for the other task are kept.
    package static func fit(
        _ predictions: Predictions, labels: Labels, keeping calibration: Calibration = Calibration()
    ) -> Calibration {
        var calibration = calibration
        switch predictions.task {
        case .expression:
            calibration.expressionTemperature = temperature(predictions, labels: labels)
        case .actionUnits:
            calibration.actionUnitBias = nil
            calibration.actionUnitScale = (0..<predictions.task.outputs).map {
                scale(predictions, labels: labels, unit: $0)
            }
            calibration.actionUnitThresholds = thresholds(
                predictions.probabilities(calibration), predictions.samples, labels: labels)
        }
        return calibration
    }

    private static func temperature(_ predictions: Predictions, labels: Labels) -> Double {
        func loss(_ logTemperature: Double) -> Double {
            var calibration = Calibration()
            calibration.expressionTemperature = exp(logTemperature)
            return LossScores.losses(predictions, labels: labels, calibration: calibration).reduce(0, +)
        }
        return rounded(exp(leastArgument(of: loss)))
    }

    private static func scale(_ predictions: Predictions, labels: Labels, unit: Int) -> Double {
        let outputs = predictions.task.outputs
        var pairs: [(logit: Double, target: Double)] = []
        var row = [Float](repeating: 0, count: outputs)
        for (index, sample) in predictions.samples.enumerated() {
            labels.target(sample, into: &row)
            guard !row[unit].isNaN else { continue }
            pairs.append((Double(predictions.logits[index * outputs + unit]), Double(row[unit])))
        }
        // One kind of label only: the steeper, the better, without end.
        guard pairs.contains(where: { $0.target >= 0.5 }), pairs.contains(where: { $0.target < 0.5 }) else {
            return 1
        }
        func loss(_ logTemperature: Double) -> Double {
            let scale = exp(-logTemperature)
            return pairs.reduce(0) { sum, pair in
                let z = scale * pair.logit
                return sum + max(z, 0) - z * pair.target + log1p(exp(-abs(z)))
            }
        }
        return rounded(exp(-leastArgument(of: loss)))
    }

    /// The thresholds with the highest F1, one for each action unit: among equals the one nearest 0.5, in steps
    /// of 0.01 so that no one sample decides. 0.5 for a unit without both kinds of labels.
    static func thresholds(_ probabilities: [Float], _ samples: [Int], labels: Labels) -> [Double] {
        let outputs = HeadTask.actionUnits.outputs
        return (0..<outputs).map { unit in
            var active = [Int](repeating: 0, count: 101)
            var inactive = active
            for (row, sample) in samples.enumerated() {
                guard let isActive = labels.isActive(sample, unit: unit) else { continue }
                // At a threshold of step / 100 a sample is predicted active if its probability is at least that.
                let step = min(
                    max(Int((Double(probabilities[row * outputs + unit]) * 100).rounded(.down)), 0), 100)
                if isActive { active[step] += 1 } else { inactive[step] += 1 }
            }
            guard active.contains(where: { $0 > 0 }), inactive.contains(where: { $0 > 0 }) else { return 0.5 }
            let positives = active.reduce(0, +)
            var scores = BinaryScores()
            var best = (f1: -1.0, step: 50)
            for step in stride(from: 100, to: 0, by: -1) {
                scores.truePositives += active[step]
                scores.falsePositives += inactive[step]
                scores.falseNegatives = positives - scores.truePositives
                let f1 = scores.f1
                if f1 > best.f1 || (f1 == best.f1 && abs(step - 50) < abs(best.step - 50)) {
                    best = (f1, step)
                }
            }
            return Double(best.step) / 100
        }
    }

    /// Where a convex or at least unimodal function of the logarithm of a temperature is least, between
    /// temperatures of 1/20 and 20.
    private static func leastArgument(of function: (Double) -> Double) -> Double {
        var (low, high) = (-3.0, 3.0)
        let golden = (5.0.squareRoot() - 1) / 2
        var (a, b) = (high - golden * (high - low), low + golden * (high - low))
        var (atA, atB) = (function(a), function(b))
        for _ in 0..<40 {
            if atA < atB {
                (high, b, atB) = (b, a, atA)
                a = high - golden * (high - low)
                atA = function(a)
            } else {
                (low, a, atA) = (a, b, atB)
                b = low + golden * (high - low)
                atB = function(b)
            }
        }
        return (low + high) / 2
    }

    /// Four digits: what lies beyond is noise, and differs between mathematics libraries.
    private static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}
