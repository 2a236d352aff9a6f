import MienTimeline
import MienVideo

/// What a finished run found out about its input.
public struct AnalysisRun: Sendable {
    /// The input, as it was given.
    public let input: String
    /// The number of frames that have rows.
    public private(set) var frames = 0
    /// The number of rows.
    public private(set) var rows = 0
    /// The number of different face ids.
    public var faces: Int { ids.count }
    /// The number of rows of each status.
    public private(set) var statusCounts: [FrameStatus: Int] = [:]
    /// What is worth knowing about the input: derived timestamps, jumps in time, lost packets.
    public private(set) var warnings: [String] = []
    /// Why the input ended before its end, if it did: a file that is cut short, a read error.
    public private(set) var endedEarly: String?
    /// Whether the run was stopped by its ``Cancellation``.
    public private(set) var isInterrupted = false

    private var ids: Set<Int> = []
    private var lastFrame = 0

    init(input: String) {
        self.input = input
    }

    mutating func count(_ reading: FaceReading) {
        rows += 1
        if reading.frame != lastFrame {
            frames += 1
            lastFrame = reading.frame
        }
        if let id = reading.faceID { ids.insert(id) }
        statusCounts[reading.status, default: 0] += 1
    }

    mutating func finish(_ report: VideoReport, isInterrupted: Bool) {
        warnings = report.warnings
        endedEarly = report.endedEarly
        self.isInterrupted = isInterrupted
    }
}
