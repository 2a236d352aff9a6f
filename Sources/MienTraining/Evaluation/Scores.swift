import MienHeads

/// How well probabilities match labels.
package struct Scores: Sendable {
    package let task: HeadTask
    /// The number of labelled samples.
    package let samples: Int
    /// Expression: what was taken for what.
    package var confusion: ConfusionMatrix?
    /// Each class or action unit on its own.
    package let each: [BinaryScores]
    /// The mean of the F1 of all classes or units.
    package let macroF1: Double

    /// - Parameters:
    ///   - probabilities: `predictions.samples` x outputs.
    ///   - thresholds: From where on each action unit counts as active.
    package init(
        task: HeadTask, probabilities: [Float], samples: [Int], labels: Labels,
        thresholds: [Double] = Calibration().actionUnitThresholds
    ) {
        let outputs = task.outputs
        precondition(probabilities.count == samples.count * outputs)
        self.task = task
        var count = 0
        switch task {
        case .expression:
            var confusion = ConfusionMatrix(classes: outputs)
            for (row, sample) in samples.enumerated() {
                guard let truth = labels.expression(sample) else { continue }
                confusion[truth, firstMaximum(probabilities[row * outputs..<(row + 1) * outputs])] += 1
            }
            count = confusion.total
            each = (0..<outputs).map { confusion.scores(of: $0) }
            self.confusion = confusion
        case .actionUnits:
            var each = [BinaryScores](repeating: BinaryScores(), count: outputs)
            for (row, sample) in samples.enumerated() {
                count += labels.isLabelled(sample) ? 1 : 0
                for unit in 0..<outputs {
                    guard let isActive = labels.isActive(sample, unit: unit) else { continue }
                    let probability = Double(probabilities[row * outputs + unit])
                    each[unit].add(isActive: isActive, isPredicted: probability >= thresholds[unit])
                }
            }
            self.each = each
        }
        self.samples = count
        macroF1 = each.reduce(0) { $0 + $1.f1 } / Double(outputs)
    }
}

/// The index, from 0, of the largest element; the first of equals.
func firstMaximum(_ values: ArraySlice<Float>) -> Int {
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return best - values.startIndex
}
