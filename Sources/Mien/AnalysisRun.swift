import MienCore
import MienTable

/// What a finished run found out about its input, and what it wrote.
public struct AnalysisRun: Sendable {
    /// The rows, frames, faces and statuses counted.
    public package(set) var counts = TableCounts()
    /// The video stream: its upright size, codec, time base and where its timestamps come from.
    public package(set) var video: RunMetadata.Video
    /// The number of frames in which the decoder reported errors.
    public package(set) var damagedFrames = 0
    /// The number of packets that could not be decoded at all.
    public package(set) var lostPackets = 0
    /// What is worth knowing about the input: derived timestamps, jumps in time, lost packets.
    public package(set) var warnings: [String] = []
    /// What action units are told relative to, if the run has a baseline.
    public package(set) var baselines: [RunMetadata.FaceBaseline]?
    /// Why the input ended before its end, if it did: a file that is cut short, a read error.
    public package(set) var endedEarly: String?
    /// The number of rows that an interrupted run had written, and that were not encoded again.
    public package(set) var resumedRows = 0
    /// Whether the run was stopped and its rows are in the provisional file; there is no table yet.
    public package(set) var keptPartial = false
    /// Whether the run was stopped by its ``Cancellation``.
    public package(set) var isInterrupted = false
}
