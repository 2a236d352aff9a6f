import Dispatch
import MienHeads
import MienTensor

/// Trains one head: epochs over shuffled batches, the best of them by validation.
///
/// Order, masks and initial weights come from the seed alone, sums are cut the same way for any number of
/// workers, and a checkpoint holds everything else: interrupted or not, on one thread or on all, the same
/// options and data give the same weights to the byte.
package struct Trainer {
    package let options: TrainingOptions
    package let workers: Workers
    /// Where training stands is written here after every epoch, and when it is cancelled; nil is nowhere.
    package var checkpoint: String?
    /// Whether to go on from ``checkpoint`` if it is there.
    package var resumes = false

    package init(options: TrainingOptions, workers: Workers) {
        self.options = options
        self.workers = workers
    }

    /// What came of it.
    package struct Result {
        /// The weights of the best epoch, or of the last one without validation.
        package let head: HeadParameters
        /// The epoch they are from, from 1; 0 if not even one was finished.
        package let bestEpoch: Int
        package let history: [EpochRecord]
        /// Whether it was cancelled; the checkpoint then holds where it stands.
        package let wasInterrupted: Bool
    }

    /// Trains on `train`, choosing the epoch on `validation`.
    ///
    /// A last batch of a single row is left out: batch norm has no statistics over one.
    package func run(
        train: Dataset, validation: Dataset?, isCancelled: () -> Bool = { false },
        event: (TrainingEvent) -> Void = { _ in }
    ) throws(TrainingError) -> Result {
        try options.validate()
        guard train.samples.count >= 2 else {
            throw .data(
                path: train.path, reason: "\(train.samples.count) labelled samples, expected two or more")
        }
        if let validation, validation.width != train.width {
            throw .data(
                path: validation.path,
                reason: "features are \(validation.width) wide, expected \(train.width) as in \(train.path)")
        }
        let shape = HeadShape(task: options.task, width: train.width, hidden: options.hidden)
        let weights = HeadWeights(shape: shape, seed: options.seed)
        let best = HeadWeights(copying: weights)
        let optimizer = HeadOptimizer(
            weights: weights, loss: options.loss, adam: options.adam, sharpness: options.sharpness,
            dropout: options.dropout, batchSize: options.batchSize, seed: options.seed, workers: workers)
        var state = TrainingState(options: options, data: try train.fingerprint(), width: train.width)
        if let checkpoint, resumes {
            state = try Checkpoint.read(checkpoint, expected: state, optimizer: optimizer, best: best)
        }
        let schedule = options.schedule
        while state.epoch < options.epochs {
            let rate = schedule.rate(epoch: state.epoch)
            let isFinished = try epoch(
                &state, train, optimizer, rate: rate, isCancelled: isCancelled, event: event)
            guard isFinished else {
                if let checkpoint {
                    try Checkpoint.write(state, optimizer: optimizer, best: best, to: checkpoint)
                }
                return result(state, best, wasInterrupted: true)
            }
            let record = EpochRecord(
                epoch: state.epoch + 1, learningRate: rate, trainLoss: state.lossSum / Double(state.batch),
                validation: try validation.map { set throws(TrainingError) in try validate(weights, on: set) }
            )
            let score = record.validation?.macroF1
            let isBest = score.map { $0 > state.bestScore ?? -1 } ?? true
            if isBest {
                best.copy(from: weights)
                state.bestEpoch = record.epoch
                state.bestScore = score
            }
            state.history.append(record)
            state.epoch += 1
            state.batch = 0
            state.lossSum = 0
            if let checkpoint {
                try Checkpoint.write(state, optimizer: optimizer, best: best, to: checkpoint)
            }
            event(.epoch(record, isBest: isBest))
        }
        return result(state, best, wasInterrupted: false)
    }

    /// Runs the rest of the epoch that is under way. Returns false if it was cancelled.
    private func epoch(
        _ state: inout TrainingState, _ train: Dataset, _ optimizer: HeadOptimizer, rate: Double,
        isCancelled: () -> Bool, event: (TrainingEvent) -> Void
    ) throws(TrainingError) -> Bool {
        let order = RandomWords(seed: options.seed, purpose: .order, index: state.epoch)
            .permutation(count: train.samples.count).map { train.samples[$0] }
        let loader = BatchLoader(
            train, order: order, batchSize: options.batchSize, first: state.batch, minimum: 2)
        let start = DispatchTime.now().uptimeNanoseconds
        var samples = 0
        while let batch = try loader.next() {
            if isCancelled() { return false }
            do throws(HeadOptimizer.Divergence) {
                state.lossSum += try optimizer.step(
                    batch.embeddings, targets: batch.targets.baseAddress, rate: rate)
            } catch {
                throw .diverged(
                    epoch: state.epoch + 1, batch: state.batch + 1, tensor: error.tensor, reason: error.reason
                )
            }
            state.batch += 1
            state.steps = optimizer.steps
            samples += batch.rows
            let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
            event(
                .batch(
                    epoch: state.epoch + 1, done: state.batch, of: loader.count,
                    samplesPerSecond: Double(samples) / max(seconds, 1e-9)))
        }
        return true
    }

    private func validate(
        _ weights: HeadWeights, on validation: Dataset
    ) throws(TrainingError) -> EpochRecord.Validation {
        let heads = Heads([weights.headParameters], workers: workers)
        let predictions = try Predictions(heads, validation)
        let scores = Scores(
            task: options.task, probabilities: predictions.probabilities(Calibration()),
            samples: predictions.samples, labels: validation.labels)
        let losses = LossScores(predictions, labels: validation.labels)
        return .init(macroF1: scores.macroF1, loss: losses.mean, worstTenth: losses.worstTenth)
    }

    private func result(_ state: TrainingState, _ best: HeadWeights, wasInterrupted: Bool) -> Result {
        Result(
            head: best.headParameters, bestEpoch: state.bestEpoch ?? 0, history: state.history,
            wasInterrupted: wasInterrupted)
    }
}
