import MienFaces
import MienImage
import MienTimeline

/// Takes the rows of each frame and the crops that belong to them: the crop stage's way to the reorder buffer and to
/// the encoder.
///
/// Frames are read in the order in which they began. Where batches fill across frames, one leaves when it is full, when
/// many rows wait for it, or at the end; only the first leaves with a quarter of its crops, so that the encoder, which
/// has nothing else to do yet, begins early. Otherwise a batch leaves with its frame.
package final class RowSink {
    /// Thrown when the stages downstream have ended and nobody will take another batch.
    struct DownstreamEnded: Error {}

    private let order: ReorderBuffer
    private let empty: Channel<Batch>
    private let filled: Channel<Batch>
    private let policy: EnginePolicy
    /// The frames whose rows are still to come.
    private var frames = Queue<(header: FrameHeader, place: Int)>()
    private var rows: [PendingRow] = []
    private var batch: Batch?
    private var isFirst = true
    /// The rows since the batch being filled began.
    private var waiting = 0

    init(order: ReorderBuffer, empty: Channel<Batch>, filled: Channel<Batch>, policy: EnginePolicy) {
        (self.order, self.empty, self.filled, self.policy) = (order, empty, filled, policy)
    }

    /// Notes a frame that has been taken up.
    func begin(_ header: FrameHeader, place: Int) { frames.append((header, place)) }

    /// Whether the encoder has more than it can do, and the source cannot wait.
    var isBehind: Bool { policy.overflow == .dropOldest && filled.count > 0 }

    /// A row of the frame that is being read.
    package func row(_ status: FrameStatus, face: TrackedFace? = nil) -> FaceReading {
        guard let header = frames.first?.header else { preconditionFailure("no frame has begun") }
        return FaceReading(
            frame: header.number, faceID: face?.id, timestamp: header.timestamp,
            confidence: face?.confidence, status: status, pts: header.pts,
            box: face.map { FaceRectangle($0.box) })
    }

    /// Adds a row: one that is complete, or one with the scores of a crop that is there already.
    package func append(_ reading: FaceReading, scores: PendingScores? = nil, sample: Int? = nil) {
        rows.append(PendingRow(reading: reading, scores: scores, sample: sample))
    }

    /// Adds a row whose crop `write` puts into the bytes of one, side x side x 3, that it is given.
    @discardableResult
    package func append(
        _ reading: FaceReading, sample: Int? = nil, write: (UnsafeMutablePointer<UInt8>) -> Void
    ) throws -> PendingScores {
        let batch = try room()
        let scores = order.makeScores()
        batch.append(scores, write: write)
        append(reading, scores: scores, sample: sample)
        let isReady = isFirst && policy.fillsBatches && batch.cropCount >= max(1, batch.capacity / 4)
        if batch.isFull || isReady { try flush() }
        return scores
    }

    /// Ends the rows of the frame that is being read.
    package func endFrame(image: Image? = nil) throws {
        let frame = frames.removeFirst()
        waiting += rows.count
        order.settle(frame.place, rows: &rows, image: image)
        if let batch, !policy.fillsBatches || waiting >= batch.rowLimit { try flush() }
    }

    /// Sends the batch being filled, full or not.
    func flush() throws {
        guard let batch else { return }
        self.batch = nil
        isFirst = false
        guard filled.send(batch) else { throw DownstreamEnded() }
    }

    private func room() throws -> Batch {
        if let batch { return batch }
        guard let batch = try empty.receive() else { throw DownstreamEnded() }
        batch.reset()
        self.batch = batch
        waiting = 0
        return batch
    }
}

extension FaceRectangle {
    /// The detector's box as the table has it.
    init(_ box: FaceBox) { self.init(x: box.x, y: box.y, width: box.width, height: box.height) }
}
