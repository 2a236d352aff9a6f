/// What each cell of the picture looked like, and when, in the last search that covered it.
struct SearchedCells: Sendable {
    private static let count = FrameSignature.columns * FrameSignature.rows
    // In levels; compression moves the mean of a cell by 2 or so, a face in front of anything by more.
    private static let change: Float = 10

    // Red, green and blue of the cells.
    private var colors = [Float](repeating: 0, count: 3 * count)
    private var times = [Double](repeating: 0, count: count)
    private var changes = [Bool](repeating: false, count: count)

    /// Notes that an area has been searched; nothing has changed in a picture that is new.
    mutating func note(_ area: CellAreas.Area, at time: Double, _ now: FrameSignature, isNew: Bool) {
        for row in area.rows {
            let first = row * FrameSignature.columns
            for cell in first + area.columns.lowerBound..<first + area.columns.upperBound {
                times[cell] = time
                changes[cell] = !isNew && hasChanged(cell, now)
                for value in 3 * cell..<3 * cell + 3 { colors[value] = now.colors[value] }
            }
        }
    }

    /// The time since a cell was searched.
    func age(_ cell: Int, at time: Double) -> Double { time - times[cell] }

    /// Whether a cell looked different when it was searched last from how it did before.
    func hadChanged(_ cell: Int) -> Bool { changes[cell] }

    /// Whether a cell looks different from when it was searched.
    func hasChanged(_ cell: Int, _ now: FrameSignature) -> Bool {
        (3 * cell..<3 * cell + 3).contains { abs(now.colors[$0] - colors[$0]) > Self.change }
    }
}
