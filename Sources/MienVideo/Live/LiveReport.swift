/// What following a live source has met so far.
package struct LiveReport: Sendable, Codable, Equatable {
    /// The frames decoded.
    package var frames = 0
    /// The frames with ``LiveFrame/isDamaged`` set.
    package var damagedFrames = 0
    /// The packets the decoder refused, such as a spoilt JPEG: their frames are missing.
    package var lostPackets = 0
    /// The buffers that a camera gave without a picture: cut short, or marked as spoilt by its driver.
    package var emptyBuffers = 0
    /// How often the source was lost and came back.
    package var reconnections = 0
    /// How often the source was lost.
    package var outages = 0
    /// How often the source's own clock jumped within a connection.
    package var clockJumps = 0
    /// Why a file or pipe ended before its time, or nil if it did not.
    package var endedEarly: String?
    /// What a reader of the table should know, in sentences.
    package var warnings: [String] = []

    /// Adds what one connection has lost.
    mutating func add(_ source: FrameSource) {
        lostPackets += source.report.lostPackets
        emptyBuffers += source.emptyPackets
    }
}
