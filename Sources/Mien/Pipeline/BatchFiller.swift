/// Fills batches and sends them on; the only part of the crop stage that knows the channels.
///
/// Batches fill across frames and across faces: a batch leaves when it is full, or at the end. Only the first
/// leaves with a quarter of its crops, so that the encoder, which has nothing else to do yet, begins early.
package final class BatchFiller {
    /// Thrown when the stages downstream have ended and nobody will take another batch.
    struct DownstreamEnded: Error {}

    private let empty: Channel<Batch>
    private let filled: Channel<Batch>
    private var current: Batch?
    private var isFirst = true

    init(empty: Channel<Batch>, filled: Channel<Batch>) {
        self.empty = empty
        self.filled = filled
    }

    package func append(_ row: BatchRow) throws {
        let batch = try room()
        batch.append(row)
        if isComplete(batch) { try flush() }
    }

    package func append(_ row: BatchRow, write: (UnsafeMutablePointer<UInt8>) -> Void) throws {
        let batch = try room()
        batch.append(row, write: write)
        if isComplete(batch) { try flush() }
    }

    /// Sends the batch being filled, full or not.
    func flush() throws {
        guard let batch = current, !batch.rows.isEmpty else { return }
        current = nil
        isFirst = false
        guard filled.send(batch) else { throw DownstreamEnded() }
    }

    private func isComplete(_ batch: Batch) -> Bool {
        batch.isFull || isFirst && batch.cropCount >= max(1, batch.capacity / 4)
    }

    private func room() throws -> Batch {
        if let current { return current }
        guard let batch = try empty.receive() else { throw DownstreamEnded() }
        batch.reset()
        current = batch
        return batch
    }
}
