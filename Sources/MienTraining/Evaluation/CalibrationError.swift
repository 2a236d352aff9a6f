import MienHeads

/// The expected calibration error: how far confidence is from being right as often as it says.
///
///     ECE = sum over bins of (n_b / n) |confidence_b - accuracy_b|
///
/// over 15 bins of equal width, (0, 1/15], ..., (14/15, 1] (Guo et al., 2017). For expressions the confidence is
/// the highest probability and a hit is its being the label; for action units all labelled elements are pooled,
/// the confidence is the probability and a hit is the unit being active.
package struct CalibrationError: Sendable {
    package static let bins = 15

    private var counts = [Int](repeating: 0, count: bins)
    private var confidences = [Double](repeating: 0, count: bins)
    private var hits = [Int](repeating: 0, count: bins)

    package init() {}

    package mutating func add(confidence: Double, isHit: Bool) {
        let bin = min(max(Int((confidence * Double(Self.bins)).rounded(.up)) - 1, 0), Self.bins - 1)
        counts[bin] += 1
        confidences[bin] += confidence
        hits[bin] += isHit ? 1 : 0
    }

    /// The error; nil without samples.
    package var value: Double? {
        let total = counts.reduce(0, +)
        guard total > 0 else { return nil }
        return zip(confidences, hits).reduce(0) { $0 + abs($1.0 - Double($1.1)) } / Double(total)
    }

    /// The error of probabilities, samples x outputs.
    package static func of(
        task: HeadTask, probabilities: [Float], samples: [Int], labels: Labels
    ) -> Double? {
        var error = CalibrationError()
        let outputs = task.outputs
        for (row, sample) in samples.enumerated() {
            switch task {
            case .expression:
                guard let truth = labels.expression(sample) else { continue }
                let scores = probabilities[row * outputs..<(row + 1) * outputs]
                let best = firstMaximum(scores)
                error.add(confidence: Double(scores[scores.startIndex + best]), isHit: best == truth)
            case .actionUnits:
                for unit in 0..<outputs {
                    guard let isActive = labels.isActive(sample, unit: unit) else { continue }
                    error.add(confidence: Double(probabilities[row * outputs + unit]), isHit: isActive)
                }
            }
        }
        return error.value
    }
}
