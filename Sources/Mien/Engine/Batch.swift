import MienTensor
import MienTimeline

/// The crops of one encoder call, with every buffer that a stage fills for them.
///
/// A batch travels from stage to stage and is used again at the end of the line. One stage owns it at a time; the
/// channels hand it over.
package final class Batch: @unchecked Sendable {
    /// The most crops a batch takes.
    package let capacity: Int
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

    /// The scores that wait for each crop.
    private(set) var scores: [PendingScores] = []
    package private(set) var cropCount = 0

    package init(capacity: Int, side: Int, embeddingWidth: Int) {
        precondition(capacity > 0 && side > 0 && embeddingWidth > 0)
        self.capacity = capacity
        cropBytes = side * side * 3
        pixels = .allocate(capacity: capacity * cropBytes)
        embeddings = FloatBuffer(count: capacity * embeddingWidth)
        expressions = FloatBuffer(count: capacity * ExpressionScores.count)
        actionUnits = FloatBuffer(count: capacity * ActionUnitScores.count)
        scores.reserveCapacity(capacity)
    }

    deinit {
        pixels.deallocate()
    }

    var isFull: Bool { cropCount == capacity }

    /// The most rows that wait for a batch: frames without a face fill no crop, and must still get through.
    var rowLimit: Int { 4 * capacity + 64 }

    /// Adds a crop, which `write` puts into the cropBytes bytes it is given.
    func append(_ scores: PendingScores, write: (UnsafeMutablePointer<UInt8>) -> Void) {
        precondition(!isFull, "a full batch takes no more crops")
        write(pixels + cropCount * cropBytes)
        self.scores.append(scores)
        cropCount += 1
    }

    /// The scores of a crop that was encoded.
    func result(_ crop: Int, keepsEmbedding: Bool) -> CropScores {
        var scores = CropScores()
        if hasExpressions {
            scores.expression = ExpressionScores(Self.row(crop, of: expressions, ExpressionScores.count))
        }
        if hasActionUnits {
            scores.actionUnits = ActionUnitScores(Self.row(crop, of: actionUnits, ActionUnitScores.count))
        }
        if keepsEmbedding {
            scores.embedding = Array(Self.row(crop, of: embeddings, embeddings.count / capacity))
        }
        return scores
    }

    // A span of a class's buffer cannot leave the expression that borrows it; the batch keeps its buffers.
    private static func row(
        _ index: Int, of buffer: borrowing FloatBuffer, _ width: Int
    ) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: buffer.baseAddress + index * width, count: width)
    }

    /// Fills the first `count` crops with grey: for measuring the encoder, which does not care.
    package func fillBlank(count: Int) {
        precondition(count <= capacity)
        pixels.update(repeating: 128, count: count * cropBytes)
        cropCount = count
    }

    /// Lets go of the scores, which are settled.
    func removeScores() { scores.removeAll(keepingCapacity: true) }

    /// Empties the batch for its next round.
    func reset() {
        removeScores()
        cropCount = 0
        hasExpressions = false
        hasActionUnits = false
    }
}
