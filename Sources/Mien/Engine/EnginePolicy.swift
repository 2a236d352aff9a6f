/// The differences between an input that is all there and a source that cannot wait.
package struct EnginePolicy: Sendable {
    /// What becomes of frames, and of batches of crops, for which there is no room.
    package var overflow: OverflowPolicy
    /// The most seconds from a frame's capture to its rows, which then leave as they are; nil: rows wait for their
    /// scores.
    package var maximumLatency: Double?
    /// Whether batches fill across frames. Otherwise each leaves with its frame.
    package var fillsBatches: Bool
    /// The frames that wait for their faces.
    var frames: Int
    /// The batches that wait for the encoder.
    var batches: Int
    /// The frames that wait for their rows, beyond those that wait in batches.
    var reordered: Int

    /// Everything waits, and nothing is lost. One batch being filled, one waiting, one being encoded and one to spare: no
    /// stage waits for another that is not slower than itself.
    package static let wholeInput = EnginePolicy(
        overflow: .wait, maximumLatency: nil, fillsBatches: true, frames: 4, batches: 2, reordered: 256)

    /// Frames come at their own pace: enough may wait to get over a search of the whole picture, or a thread that is
    /// woken late, without a loss.
    package static func live(maximumLatency: Double) -> EnginePolicy {
        // Somewhat before the bound: rows are smoothed and written, and threads woken, after the deadline.
        let margin = min(0.01, 0.1 * maximumLatency)
        return EnginePolicy(
            overflow: .dropOldest, maximumLatency: maximumLatency - margin, fillsBatches: false, frames: 3,
            batches: 2, reordered: 4096)
    }

    /// The way of a live source over an input that can wait: every row comes as soon as it can.
    package static let playback = EnginePolicy(
        overflow: .wait, maximumLatency: nil, fillsBatches: false, frames: 3, batches: 2, reordered: 64)

    /// The number of batches there are: those that wait, one being filled, one being encoded.
    var batchCount: Int { batches + 2 }
}
