import MienHeads

/// Everything `mien train` is told.
package struct TrainingConfiguration: Codable, Sendable, Equatable {
    /// What decides the weights.
    package var options: TrainingOptions
    /// What is trained on.
    package var train: DataSource
    /// What the best epoch is chosen on; nil is a split of ``train``, or for Aff-Wild2 its validation set, or with
    /// neither the last epoch.
    package var validation: DataSource?
    /// What a split keeps together; nil with no ``validation`` given is no split.
    package var split: SplitUnit?
    /// How much of ``train`` a split holds out.
    package var validationFraction = 0.2
    /// How much of ``train``, by subject or video, thresholds and temperatures are fitted on instead of weights; 0
    /// is none. Without groups, or with fewer than ten, none is held out.
    package var calibrationFraction = 0.1
    /// Whether labels weigh as their rarity: class weights, or positive weights, from the counts.
    package var isBalanced = false
    /// Where the heads go; a head for the other task that is already there stays.
    package var output: String
    /// Where training stands is written; nil is ``output`` followed by `.checkpoint`.
    package var checkpoint: String?
    /// Whether to go on from the checkpoint if there is one.
    package var resumes = false
    /// Where features of images and videos are kept.
    package var cache: String?
    /// The threads to use; changes no byte of the result.
    package var threads = 1
    /// The version of the program, for the training record.
    package var version = ""

    package init(task: HeadTask, train: DataSource, output: String) {
        options = TrainingOptions(task: task)
        self.train = train
        self.output = output
    }
}
