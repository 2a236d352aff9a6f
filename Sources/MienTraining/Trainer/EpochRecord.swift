/// What one epoch did.
package struct EpochRecord: Codable, Sendable, Equatable {
    /// From 1.
    package var epoch: Int
    package var learningRate: Double
    /// The mean over the batches of the minimised loss, before each step.
    package var trainLoss: Double
    /// Over the validation set; nil without one.
    package var validation: Validation?

    package struct Validation: Codable, Sendable, Equatable {
        package var macroF1: Double
        /// The mean cross-entropy.
        package var loss: Double
        /// The mean of the worst 10 %.
        package var worstTenth: Double
    }
}

/// What a long training says while it runs.
package enum TrainingEvent: Sendable {
    /// A batch is done: how many of the epoch's, and the samples per second since the start.
    case batch(epoch: Int, done: Int, of: Int, samplesPerSecond: Double)
    /// An epoch is done.
    case epoch(EpochRecord, isBest: Bool)
    /// Something the user should know, in one sentence.
    case note(String)
    /// The table of label counts, before the first batch.
    case counts(TextTable)
    /// Samples embedded, of those that had to be.
    case embedding(done: Int, of: Int)
}
