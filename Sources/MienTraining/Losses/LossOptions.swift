import MienHeads

/// What is minimised. The defaults are the plain mean of the published losses.
package struct LossOptions: Codable, Sendable, Equatable {
    /// The share of the largest losses whose mean is minimised (CVaR); 1 is the mean of all (ERM).
    package var alpha = 1.0
    /// How much of a label is spread evenly over all classes; 0 is none.
    package var labelSmoothing = 0.0
    /// A factor on the loss of each expression; nil is 1.
    package var classWeights: [Double]?
    /// A factor on the loss of each action unit where it is active; nil is 1.
    package var positiveWeights: [Double]?
    /// The share of the AUC term in the loss of action units, the rest being the CVaR; 0 is none, 0.2 is usual.
    package var aucShare = 0.0
    /// By how much the probability of an active unit should exceed that of an inactive one, in the AUC term.
    package var aucMargin = 0.6

    package init() {}

    /// Checks the values and their numbers.
    package func validate(for task: HeadTask) throws(TrainingError) {
        func require(_ condition: Bool, _ name: String, _ reason: String) throws(TrainingError) {
            guard condition else { throw .option(name: name, reason: reason) }
        }
        try require(alpha > 0 && alpha <= 1, "--alpha", "\(alpha): expected a number above 0, up to 1")
        try require(
            (0..<1).contains(labelSmoothing), "--label-smoothing",
            "\(labelSmoothing): expected a number from 0, below 1")
        try require((0...1).contains(aucShare), "--auc", "\(aucShare): expected a number from 0 to 1")
        try require(
            (0...1).contains(aucMargin), "--auc-margin", "\(aucMargin): expected a number from 0 to 1")
        let weights = [
            ("--class-weights", classWeights, HeadTask.expression),
            ("--pos-weights", positiveWeights, HeadTask.actionUnits),
        ]
        for (name, values, owner) in weights {
            guard let values else { continue }
            try require(task == owner, name, "applies to the task \(owner.rawValue) only")
            try require(
                values.count == owner.outputs && values.allSatisfy { $0 >= 0 && $0.isFinite }, name,
                "expected \(owner.outputs) numbers of 0 or more, found \(values.count)")
        }
        try require(aucShare == 0 || task == .actionUnits, "--auc", "applies to the task au only")
    }
}
