import MienFaces
import MienTensor
import MienTimeline

/// One row on its way to the table: a frame, and one of its faces if it has any.
package struct BatchRow: Sendable {
    /// The position among the decoded frames, from 0.
    package var frame: Int
    /// The presentation timestamp in units of the time base.
    package var pts: Int64?
    /// Seconds from the first frame.
    package var timestamp: Double
    package var status: FrameStatus
    package var face: TrackedFace?
    /// The position of this row's crop in the batch, if it has one to encode.
    package var crop: Int?
    /// The scores of this row, if an interrupted run has written them.
    var recorded: RecordedScores?
    /// The position of what was asked for among the samples to embed; nil where everything is taken.
    var sample: Int?

    package init(
        frame: Int, pts: Int64?, timestamp: Double, status: FrameStatus, sample: Int? = nil
    ) {
        (self.frame, self.pts, self.timestamp) = (frame, pts, timestamp)
        (self.status, self.sample) = (status, sample)
    }
}

/// The crops of one encoder call with the rows they belong to, in the order of the table.
///
/// A batch carries every buffer that a stage fills for it, travels from stage to stage and is used again at
/// the end of the line. One stage owns it at a time; the channels hand it over.
package final class Batch: @unchecked Sendable {
    /// The most crops a batch takes.
    package let capacity: Int
    /// The most rows a batch takes: frames without a face fill no crop, and must still get through.
    let rowCapacity: Int
    /// The bytes of one crop: side x side x 3.
    let cropBytes: Int

    /// capacity x side x side x 3, 8-bit RGB.
    let pixels: UnsafeMutablePointer<UInt8>
    /// capacity x embedding width.
    let embeddings: FloatBuffer
    /// capacity x 8 probabilities.
    let expressions: FloatBuffer
    /// capacity x 12 probabilities.
    let actionUnits: FloatBuffer

    /// Whether `expressions` and `actionUnits` are filled: a model may have one head only.
    var hasExpressions = false
    var hasActionUnits = false

    package private(set) var rows: [BatchRow] = []
    package private(set) var cropCount = 0

    package init(capacity: Int, side: Int, embeddingWidth: Int) {
        precondition(capacity > 0 && side > 0 && embeddingWidth > 0)
        self.capacity = capacity
        rowCapacity = 4 * capacity + 64
        cropBytes = side * side * 3
        pixels = .allocate(capacity: capacity * cropBytes)
        embeddings = FloatBuffer(count: capacity * embeddingWidth)
        expressions = FloatBuffer(count: capacity * ExpressionScores.count)
        actionUnits = FloatBuffer(count: capacity * ActionUnitScores.count)
        rows.reserveCapacity(rowCapacity)
    }

    deinit {
        pixels.deallocate()
    }

    var isFull: Bool { cropCount == capacity || rows.count == rowCapacity }

    /// Adds a row without a crop.
    func append(_ row: BatchRow) {
        precondition(!isFull, "a full batch takes no more rows")
        rows.append(row)
    }

    /// Adds a row whose crop `write` puts into the cropBytes bytes it is given.
    func append(_ row: BatchRow, write: (UnsafeMutablePointer<UInt8>) -> Void) {
        precondition(!isFull, "a full batch takes no more crops")
        write(pixels + cropCount * cropBytes)
        var row = row
        row.crop = cropCount
        rows.append(row)
        cropCount += 1
    }

    /// The table's row for one of the batch's, with the probabilities of its crop.
    func reading(_ row: BatchRow) -> FaceReading {
        var reading = FaceReading(
            frame: row.frame + 1, faceID: row.face?.id, timestamp: row.timestamp,
            confidence: row.face?.confidence, status: row.status, pts: row.pts,
            box: row.face.map { FaceRectangle($0.box) })
        reading.expression = row.recorded?.expression
        reading.actionUnits = row.recorded?.actionUnits
        guard let crop = row.crop else { return reading }
        if hasExpressions {
            reading.expression = ExpressionScores(Self.row(crop, of: expressions, ExpressionScores.count))
        }
        if hasActionUnits {
            reading.actionUnits = ActionUnitScores(Self.row(crop, of: actionUnits, ActionUnitScores.count))
        }
        return reading
    }

    /// The embedding of a crop; valid until the batch goes on.
    func embedding(_ crop: Int) -> UnsafeBufferPointer<Float> {
        Self.row(crop, of: embeddings, embeddings.count / capacity)
    }

    // A span of a class's buffer cannot leave the expression that borrows it; the batch keeps its buffers.
    private static func row(
        _ index: Int, of buffer: borrowing FloatBuffer, _ width: Int
    ) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: buffer.baseAddress + index * width, count: width)
    }

    /// Fills the first `count` crops with grey: for measuring the encoder, which does not care.
    func fillBlank(count: Int) {
        precondition(count <= capacity)
        pixels.update(repeating: 128, count: count * cropBytes)
        cropCount = count
    }

    /// Empties the batch for its next round.
    func reset() {
        rows.removeAll(keepingCapacity: true)
        cropCount = 0
        hasExpressions = false
        hasActionUnits = false
    }
}

extension FaceRectangle {
    /// The detector's box as the table has it.
    init(_ box: FaceBox) { self.init(x: box.x, y: box.y, width: box.width, height: box.height) }
}
