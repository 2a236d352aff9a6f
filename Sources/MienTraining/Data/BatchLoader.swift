import Dispatch
import MienTensor

/// Some samples, gathered: features, rows x width, and targets, rows x outputs.
final class Batch: @unchecked Sendable {
    fileprivate(set) var rows = 0
    fileprivate(set) var samples: ArraySlice<Int> = []
    /// Why the batch could not be read.
    fileprivate var failure: TrainingError?
    let width: Int
    let features: FloatBuffer
    let targets: FloatBuffer

    init(capacity: Int, width: Int, outputs: Int) {
        self.width = width
        features = FloatBuffer(count: capacity * width)
        targets = FloatBuffer(count: capacity * outputs)
    }

    var embeddings: Matrix { Matrix(features.baseAddress, rows: rows, columns: width) }
}

/// Gathers the batches of one order of samples, the next one while the last is in use: what disk and memory need
/// overlaps with the computation. What is in a batch is fixed by the order, not by when it was read.
final class BatchLoader {
    private let dataset: Dataset
    private let order: [Int]
    private let size: Int
    private let ready: [Batch]
    private let queue = DispatchQueue(label: "mien.batches")
    private let pending = DispatchGroup()
    private var position: Int

    /// The number of batches that begin before the end.
    let count: Int

    /// - Parameters:
    ///   - order: Samples of `dataset`.
    ///   - first: The batch to begin with.
    ///   - minimum: The rows a last batch must have to count; batch norm needs two.
    init(_ dataset: Dataset, order: [Int], batchSize: Int, first: Int = 0, minimum: Int = 1) {
        self.dataset = dataset
        self.order = order
        size = batchSize
        position = first
        let whole = order.count / batchSize
        count = whole + (order.count % batchSize >= minimum ? 1 : 0)
        ready = (0..<2).map { _ in
            Batch(capacity: batchSize, width: dataset.width, outputs: dataset.task.outputs)
        }
        load(position)
    }

    deinit {
        pending.wait()
    }

    /// The next batch, valid until the call after the next; nil at the end.
    func next() throws(TrainingError) -> Batch? {
        pending.wait()
        guard position < count else { return nil }
        let batch = ready[position % 2]
        if let failure = batch.failure { throw failure }
        position += 1
        load(position)
        return batch
    }

    private func load(_ index: Int) {
        guard index < count else { return }
        let batch = ready[index % 2]
        batch.samples = order[index * size..<min((index + 1) * size, order.count)]
        batch.rows = batch.samples.count
        let dataset = dataset
        queue.async(group: pending) {
            do throws(TrainingError) {
                for (row, sample) in batch.samples.enumerated() {
                    try dataset.readFeatures(
                        of: sample, into: batch.features.baseAddress + row * dataset.width)
                    dataset.labels.target(
                        sample, into: batch.targets.baseAddress + row * dataset.task.outputs)
                }
            } catch {
                batch.failure = error
            }
        }
    }
}
