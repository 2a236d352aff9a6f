import MienHeads

/// The loss of a batch and its gradient by the logits, for either task.
///
/// Expression: CVaR over the rows' cross-entropies. Action units: CVaR over all elements of the batch that have
/// a label, jointly, and optionally the ranking loss.
package struct Objective {
    package let task: HeadTask
    package let options: LossOptions
    private var risk: ConditionalValueAtRisk
    private let crossEntropy: CrossEntropy
    private let binary: BinaryCrossEntropy
    private let ranking: RankingLoss
    private var losses: [Double] = []
    private var weights: [Double] = []
    private var slopes: [Double] = []
    private var elements: [Int] = []

    package init(task: HeadTask, options: LossOptions) {
        self.task = task
        self.options = options
        risk = ConditionalValueAtRisk(alpha: options.alpha)
        crossEntropy = CrossEntropy(
            classes: HeadTask.expression.outputs, weights: options.classWeights,
            labelSmoothing: options.labelSmoothing)
        binary = BinaryCrossEntropy(
            units: HeadTask.actionUnits.outputs, positiveWeights: options.positiveWeights,
            labelSmoothing: options.labelSmoothing)
        ranking = RankingLoss(margin: options.aucMargin)
    }

    /// The loss of `rows` rows of logits. `targets` has one row of probabilities for each (expression) or of
    /// 0...1 with NaN for a missing label (action units); `gradient` receives the derivatives by the logits.
    package mutating func callAsFunction(
        logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int,
        gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let outputs = task.outputs
        losses.removeAll(keepingCapacity: true)
        elements.removeAll(keepingCapacity: true)
        if slopes.count != rows * outputs { slopes = Array(repeating: 0, count: rows * outputs) }
        elementLosses(logits, targets, rows: rows)
        // A loss that is no number has no place in an order.
        if let broken = losses.first(where: { !$0.isFinite }) { return broken }
        let share = task == .actionUnits ? options.aucShare : 0
        var loss = risk(losses, weights: &weights)
        switch task {
        case .expression:
            for row in 0..<rows {
                for index in row * outputs..<(row + 1) * outputs { slopes[index] *= weights[row] }
            }
        case .actionUnits:
            for (index, weight) in zip(elements, weights) { slopes[index] *= (1 - share) * weight }
        }
        if share > 0 {
            let ranked = ranking(
                logits: logits, targets: targets, rows: rows, units: outputs, share: share, gradient: &slopes)
            loss = (1 - share) * loss + share * ranked
        }
        for index in slopes.indices { gradient[index] = Float(slopes[index]) }
        return loss
    }

    /// Fills in the losses, the derivatives of each by the logits, and for action units which elements they are.
    private mutating func elementLosses(
        _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, rows: Int
    ) {
        let outputs = task.outputs
        switch task {
        case .expression:
            slopes.withUnsafeMutableBufferPointer { slopes in
                guard let base = slopes.baseAddress else { return }
                for row in 0..<rows {
                    losses.append(
                        crossEntropy(
                            logits: logits + row * outputs, target: targets + row * outputs,
                            gradient: base + row * outputs))
                }
            }
        case .actionUnits:
            for index in 0..<rows * outputs {
                slopes[index] = 0
                guard !targets[index].isNaN else { continue }
                let (loss, derivative) = binary(
                    logit: logits[index], target: targets[index], unit: index % outputs)
                losses.append(loss)
                elements.append(index)
                slopes[index] = derivative
            }
        }
    }
}
