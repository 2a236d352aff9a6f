import MienTimeline

/// What a table holds, counted while it is written.
public struct TableCounts: Sendable, Equatable {
    /// The number of rows.
    public private(set) var rows = 0
    /// The number of frames.
    public private(set) var frames = 0
    /// The identities that occur.
    public private(set) var faces: Set<Int> = []
    private var rowsByStatus: [FrameStatus: Int] = [:]
    private var lastFrame = 0

    /// Creates counts of nothing.
    public init() {}

    /// The number of rows of one status.
    public subscript(status: FrameStatus) -> Int { rowsByStatus[status] ?? 0 }

    /// Counts the next row, in the order of the table.
    package mutating func add(_ reading: FaceReading) {
        rows += 1
        if reading.frame != lastFrame {
            frames += 1
            lastFrame = reading.frame
        }
        if let face = reading.faceID { faces.insert(face) }
        rowsByStatus[reading.status, default: 0] += 1
    }
}
