/// What a table holds, counted while it is written.
public struct TableCounts: Sendable, Equatable {
    /// The number of rows.
    public private(set) var rows = 0
    /// The number of frames.
    public private(set) var frames = 0
    /// The identities that occur.
    public private(set) var faces: Set<Int> = []
    private var rowsByStatus: [FrameStatus: Int] = [:]

    /// Creates counts of nothing.
    public init() {}

    /// The number of rows of one status.
    public subscript(status: FrameStatus) -> Int { rowsByStatus[status] ?? 0 }

    /// Counts one row; `isNewFrame` says whether it is the first of its frame.
    mutating func add(_ reading: FaceReading, isNewFrame: Bool) {
        rows += 1
        if isNewFrame { frames += 1 }
        if let face = reading.faceID { faces.insert(face) }
        rowsByStatus[reading.status, default: 0] += 1
    }
}
