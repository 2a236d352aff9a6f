/// Decides when the whole frame is searched.
///
/// A search costs as much as thirty looks, and finds nothing new where nothing has changed. So the regular
/// search is put off, for a second at most, while the picture outside the known faces stays what it was
/// when it was last searched.
package struct SearchSchedule: Sendable {
    /// The longest time without a search.
    package static let quietInterval = 1.0
    /// The shortest time between two searches on account of a lost face.
    package static let lossInterval = 0.08
    // In levels; compression moves the mean of a cell by 2 or so, a face in front of anything by more.
    private static let change: Float = 10

    private let interval: Double
    private var lastTime: Double?
    private var lastSignature: FrameSignature?
    private var isWanted = false

    package init(interval: Double) { self.interval = interval }

    /// Asks for a search as soon as one is allowed.
    package mutating func want() { isWanted = true }

    /// Whether to search this frame. `known` are the boxes of faces in sight, in frame pixels.
    package func isDue(
        at time: Double, _ signature: FrameSignature, known: [FaceBox], width: Int, height: Int
    ) -> Bool {
        guard let lastTime, let lastSignature else { return true }
        // Timestamps are rounded; a microsecond is not a frame.
        let elapsed = time - lastTime + 1e-6
        if isWanted && elapsed >= Self.lossInterval { return true }
        guard elapsed >= interval else { return false }
        if elapsed >= Self.quietInterval { return true }
        return signature.differs(
            from: lastSignature, by: Self.change, outside: known, width: width, height: height)
    }

    /// Notes that this frame is searched.
    package mutating func searched(at time: Double, _ signature: FrameSignature) {
        lastTime = time
        lastSignature = signature
        isWanted = false
    }
}

extension FrameSignature {
    /// Whether any cell outside the boxes has a colour that differs by more than `levels`.
    func differs(
        from other: FrameSignature, by levels: Float, outside boxes: [FaceBox], width: Int, height: Int
    ) -> Bool {
        let across = Float(width) / Float(Self.columns)
        let down = Float(height) / Float(Self.rows)
        for cell in lumas.indices where difference(other, cell) > levels {
            let x = (Float(cell % Self.columns) + 0.5) * across
            let y = (Float(cell / Self.columns) + 0.5) * down
            let isKnown = boxes.contains { box in
                // Hair and chin move with the face.
                abs(x - box.center.x) < 0.65 * box.width && abs(y - box.center.y) < 0.75 * box.height
            }
            if !isKnown { return true }
        }
        return false
    }
}
