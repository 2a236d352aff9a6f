/// Decides when the whole frame is searched.
///
/// A search costs as much as forty looks and finds nothing new where nothing has changed. So what has
/// changed since the last search sets the pace: anything away from the known faces asks for the regular
/// interval, a change of what hangs together with a known face, of its body, for twice that, a change of the
/// known head itself, where no other face has room, for four times, and none at all for eight times. Large
/// faces are glanced for between.
package struct SearchSchedule: Sendable {
    /// What to do with a frame.
    package enum Decision: Sendable, Equatable {
        case nothing
        /// Look at the whole frame at once, which shows large faces only but costs little.
        case glance
        case search
    }

    // The shortest time between two searches on account of a lost face.
    private static let lossInterval = 0.08
    // In levels; compression moves the mean of a cell by 2 or so, a face in front of anything by more.
    private static let change: Float = 10

    private let interval: Double
    private var searchTime: Double?
    private var glanceTime = 0.0
    private var signature: FrameSignature?
    private var isWanted = false

    package init(interval: Double) { self.interval = interval }

    /// Asks for a search as soon as one is allowed.
    package mutating func want() { isWanted = true }

    /// - Parameter known: The boxes of the faces in sight, in frame pixels.
    package func decision(
        at time: Double, _ now: FrameSignature, known: [FaceBox], width: Int, height: Int
    ) -> Decision {
        guard let searchTime, let signature else { return .search }
        // Timestamps are rounded; a microsecond is not a frame.
        let elapsed = time - searchTime + 1e-6
        if isWanted && elapsed >= Self.lossInterval { return .search }
        guard elapsed >= interval else { return .nothing }
        if elapsed >= 8 * interval { return .search }
        let changes = changes(since: signature, now, known: known, width: width, height: height)
        guard changes.contains(.any) else { return .nothing }
        if changes.contains(.elsewhere) || elapsed >= 4 * interval { return .search }
        if changes.contains(.beside) && elapsed >= 2 * interval { return .search }
        return time - glanceTime + 1e-6 >= interval ? .glance : .nothing
    }

    /// Where the picture has changed.
    private struct Changes: OptionSet {
        let rawValue: Int
        static let any = Self(rawValue: 1)
        /// Away from all that goes with a known face.
        static let elsewhere = Self(rawValue: 2)
        /// Away from all known heads.
        static let beside = Self(rawValue: 4)
    }

    private func changes(
        since then: FrameSignature, _ now: FrameSignature, known: [FaceBox], width: Int, height: Int
    ) -> Changes {
        var changes: Changes = []
        let (columns, rows) = (FrameSignature.columns, FrameSignature.rows)
        for cell in 0..<columns * rows where now.difference(then, cell) > Self.change {
            let center = Point(
                x: (Float(cell % columns) + 0.5) * Float(width) / Float(columns),
                y: (Float(cell / columns) + 0.5) * Float(height) / Float(rows))
            changes.insert(.any)
            if !known.contains(where: { Self.belongs(center, to: $0) }) { changes.insert(.elsewhere) }
            if !known.contains(where: { Self.isHead(center, of: $0) }) { changes.insert(.beside) }
        }
        return changes
    }

    /// Notes that this frame is searched.
    package mutating func searched(at time: Double, _ now: FrameSignature) {
        searchTime = time
        glanceTime = time
        signature = now
        isWanted = false
    }

    /// Notes that this frame is glanced at.
    package mutating func glanced(at time: Double) { glanceTime = time }

    /// Whether a point lies in the head, the hair or the upper body that go with a face.
    private static func belongs(_ point: Point, to box: FaceBox) -> Bool {
        let offset = point - box.center
        return abs(offset.x) < 1.2 * box.width && offset.y > -1.1 * box.height && offset.y < 2.5 * box.height
    }

    /// Whether a point lies in the head and neck that go with a face.
    private static func isHead(_ point: Point, of box: FaceBox) -> Bool {
        let offset = point - box.center
        return abs(offset.x) < 0.75 * box.width && offset.y > -0.85 * box.height
            && offset.y < 0.75 * box.height
    }
}
