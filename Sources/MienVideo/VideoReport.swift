/// Where the timestamps of a video come from.
package enum TimeSource: String, Sendable, CustomStringConvertible {
    /// The container's presentation timestamps.
    case container
    /// The container's decoding timestamps, in order: presentation timestamps are missing.
    case decodingTimestamps = "derived from decoding timestamps"
    /// The position and the nominal frame rate: the container has no timestamps.
    case frameRate = "derived from the frame rate"

    package var description: String { rawValue }
}

/// What reading a video has brought to light so far.
package struct VideoReport: Sendable {
    package var timeSource = TimeSource.container
    /// The number of frames in which the decoder reported errors and patched what was missing.
    package var damagedFrames = 0
    /// The number of packets that could not be decoded at all.
    package var lostPackets = 0
    /// The number of frames whose timestamp is not later than that of the frame before.
    package var timeJumps = 0
    /// Why the input ended before its end, or nil if it did not.
    package var endedEarly: String?
    /// Sentences worth showing to the user.
    package var notes: [String] = []

    /// All that is worth showing to the user.
    package var warnings: [String] {
        var all: [String] = []
        if timeSource != .container {
            all.append("presentation timestamps are missing; times are \(timeSource)")
        }
        if damagedFrames > 0 { all.append("\(damagedFrames) damaged frames have no readings") }
        if lostPackets > 0 { all.append("\(lostPackets) packets could not be decoded") }
        if timeJumps > 0 { all.append("timestamps jump backwards or repeat \(timeJumps) times") }
        return all + notes
    }
}
