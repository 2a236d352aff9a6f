/// What reading a video has met so far.
package struct VideoReport: Sendable, Codable, Equatable {
    /// The frames handed out.
    package var frames = 0
    /// The frames handed out with ``VideoFrame/isDamaged`` set.
    package var damagedFrames = 0
    /// The frames decoded, those outside the wanted part included.
    package var decodedFrames = 0
    /// The packets that the decoder refused: their frames are missing.
    package var lostPackets = 0
    /// Why the video ended before its time, or nil if it did not.
    package var endedEarly: String?
    /// Where the timestamps come from.
    package var timeSource = TimeSource.presentation
    /// The number of stretches of rising timestamps: one, plus one for every jump back.
    package var epochs = 1
    /// What a reader of the table should know, in sentences.
    package var warnings: [String] = []
}

/// Where the timestamps of a video's frames come from.
package enum TimeSource: String, Sendable, Codable {
    /// The container's presentation timestamps.
    case presentation
    /// The container's presentation timestamps; frames without one follow the frame before them at the
    /// frame rate.
    case presentationWithGaps = "presentation with gaps"
    /// The container gives no presentation timestamps: the decoding timestamps in rising order.
    case decodingOrder = "decoding order"
    /// The input has no timestamps at all: frame number over frame rate.
    case frameRate = "frame rate"
}
