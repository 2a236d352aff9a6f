import MienHeads
import MienTensor

/// What heads say about the labelled samples of a data set, in their order.
package struct Predictions: Sendable {
    package let task: HeadTask
    /// The samples of the data set.
    package let samples: [Int]
    /// samples x outputs.
    package let logits: [Float]

    /// Runs the heads over all labelled samples, streaming the features.
    package init(_ heads: Heads, _ dataset: Dataset) throws(TrainingError) {
        try self.init(heads, dataset, samples: dataset.samples)
    }

    /// Runs the heads over `samples` of the data set, labelled or not.
    package init(_ heads: Heads, _ dataset: Dataset, samples: [Int]) throws(TrainingError) {
        let task = dataset.task
        let outputs = task.outputs
        var logits = [Float](repeating: 0, count: samples.count * outputs)
        let loader = BatchLoader(dataset, order: samples, batchSize: 256)
        var row = 0
        while let batch = try loader.next() {
            logits.withUnsafeMutableBufferPointer { logits in
                guard let base = logits.baseAddress else { return }
                heads(
                    task, embeddings: batch.features.baseAddress, count: batch.rows,
                    logits: base + row * outputs)
            }
            row += batch.rows
        }
        self.task = task
        self.samples = samples
        self.logits = logits
    }

    /// The probabilities, samples x outputs.
    package func probabilities(_ calibration: Calibration) -> [Float] {
        var probabilities = logits
        probabilities.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            switch task {
            case .expression:
                softmax(base, rows: samples.count, calibration: calibration, probabilities: base)
            case .actionUnits:
                sigmoid(base, rows: samples.count, calibration: calibration, probabilities: base)
            }
        }
        return probabilities
    }
}
