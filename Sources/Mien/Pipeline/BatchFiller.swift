/// Fills batches and sends them on; the only part of the crop stage that knows the channels.
///
/// Batches fill across frames and across faces: a batch leaves when it is full, or at the end.
final class BatchFiller {
    /// Thrown when the stages downstream have ended and nobody will take another batch.
    struct DownstreamEnded: Error {}

    private let empty: Channel<Batch>
    private let filled: Channel<Batch>
    private var current: Batch?

    init(empty: Channel<Batch>, filled: Channel<Batch>) {
        self.empty = empty
        self.filled = filled
    }

    func append(_ row: BatchRow) throws {
        try room().append(row)
    }

    func append(_ row: BatchRow, write: (UnsafeMutablePointer<UInt8>) -> Void) throws {
        try room().append(row, write: write)
    }

    /// Sends the batch being filled, full or not.
    func flush() throws {
        guard let batch = current, !batch.rows.isEmpty else { return }
        current = nil
        guard filled.send(batch) else { throw DownstreamEnded() }
    }

    private func room() throws -> Batch {
        if let batch = current, !batch.isFull { return batch }
        try flush()
        guard let batch = try empty.receive() else { throw DownstreamEnded() }
        batch.reset()
        current = batch
        return batch
    }
}
