import MienHeads

/// Everything that decides what is learned from given data. The defaults are the published settings, with ERM;
/// the same options and data give the same weights to the byte.
package struct TrainingOptions: Codable, Sendable, Equatable {
    /// What the head predicts.
    package var task: HeadTask
    /// The widths of the hidden layers; nil is three as wide as the features.
    package var hidden: [Int]?
    /// How often every sample is seen.
    package var epochs = 32
    /// The samples of a step.
    package var batchSize = 32
    /// Decides the initial weights, the order of the samples and the dropout.
    package var seed: UInt64 = 5
    /// The share of each hidden layer's outputs that a pass leaves out.
    package var dropout = 0.6
    /// The epochs in which the learning rate falls to its lowest; nil is a quarter of ``epochs``.
    package var schedulePeriod: Double?
    /// The lowest learning rate.
    package var lowestRate = 1e-5
    package var loss = LossOptions()
    package var adam = AdamWOptions()
    package var sharpness = SharpnessOptions()

    package init(task: HeadTask) {
        self.task = task
    }

    var schedule: CosineSchedule {
        CosineSchedule(
            highest: adam.learningRate, lowest: lowestRate, period: schedulePeriod ?? Double(epochs) / 4)
    }

    /// Checks all values.
    package func validate() throws(TrainingError) {
        func require(_ condition: Bool, _ name: String, _ value: Any, _ expected: String)
            throws(TrainingError)
        {
            guard condition else { throw .option(name: name, reason: "\(value): expected \(expected)") }
        }
        try require(epochs >= 1, "--epochs", epochs, "a whole number of 1 or more")
        try require(
            batchSize >= 2, "--batch", batchSize, "a whole number of 2 or more: batch norm needs two rows")
        try require((0..<1).contains(dropout), "--dropout", dropout, "a number from 0, below 1")
        try require(
            hidden?.allSatisfy { $0 >= 1 } ?? true, "--hidden", hidden ?? [], "widths of 1 or more")
        try require(
            adam.learningRate > 0 && adam.learningRate.isFinite, "--learning-rate", adam.learningRate,
            "a number above 0")
        try require(
            lowestRate >= 0 && lowestRate <= adam.learningRate, "--lowest-rate", lowestRate,
            "a number from 0 to the learning rate")
        try require(
            adam.weightDecay >= 0 && adam.weightDecay.isFinite, "--weight-decay", adam.weightDecay,
            "a number of 0 or more")
        for (name, beta) in [("--beta1", adam.beta1), ("--beta2", adam.beta2)] {
            try require((0..<1).contains(beta), name, beta, "a number from 0, below 1")
        }
        try require(adam.epsilon > 0, "--epsilon", adam.epsilon, "a number above 0")
        try require(
            sharpness.rho >= 0 && sharpness.rho.isFinite, "--sam-rho", sharpness.rho, "a number of 0 or more")
        if let schedulePeriod {
            try require(schedulePeriod > 0, "--schedule-period", schedulePeriod, "a number above 0")
        }
        try loss.validate(for: task)
    }
}
