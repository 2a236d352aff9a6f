/// Decides when which part of the frame is searched.
///
/// A search of a whole frame costs as much as forty regions and finds nothing new where nothing has changed.
/// So what has changed in a cell of the picture since its last search sets its pace: away from the known
/// faces it is searched at the regular interval; where it hangs together with a known face, as its body
/// does, at twice that; in the known head itself, where no other face has room, at six times; unchanged, at
/// eight times, but soon once more where the last search met a change. The areas of all cells that are due
/// are searched together. In between, an overview of the whole frame shows new faces that are large.
package struct SearchSchedule: Sendable {
    /// What to do with a frame.
    package enum Decision: Sendable, Equatable {
        case nothing
        /// Detect in the whole frame as one region, which shows large faces only but costs little, and search
        /// it if there is one.
        case overview
        /// Search the ``SearchSchedule/parts``.
        case search
    }

    /// The intervals between two searches of a cell, by where it is and what happened to it.
    private enum Pace {
        static let elsewhere = 1.0
        static let body = 2.0
        static let head = 6.0
        // It is as it was in the last search, which met a change.
        static let again = 2.0
        static let still = 8.0
    }

    // The shortest time between two searches of the whole on account of a lost face.
    private static let lossInterval = 0.08
    // Timestamps are rounded; a microsecond is not a frame.
    private static let rounding = 1e-6

    private let interval: Double
    private var searchTime: Double?
    private var wholeTime = 0.0
    private var overviewTime = 0.0
    private var isWanted = false
    private var cells = SearchedCells()
    private var areas = CellAreas()
    /// What the last decision is about, in frame pixels.
    package private(set) var parts: [FaceBox] = []

    package init(interval: Double) {
        self.interval = interval
        parts.reserveCapacity(CellAreas.maximumCount)
    }

    /// Whether the last decision is about the whole frame.
    package var isWhole: Bool { areas.isWhole }

    /// Asks for a search of the whole: as soon as one is allowed, or at once.
    package mutating func want(atOnce: Bool = false) {
        isWanted = true
        if atOnce { searchTime = nil }
    }

    /// Forgets what was searched, as it is another picture now.
    package mutating func restart() { searchTime = nil }

    /// - Parameter known: The boxes of the faces in sight, in frame pixels.
    package mutating func decision(
        at time: Double, _ now: FrameSignature, known: [FaceBox], width: Int, height: Int
    ) -> Decision {
        let size = (width: Float(width), height: Float(height))
        let decision = decide(time, now, known, size)
        if decision != .nothing { measureParts(size) }
        return decision
    }

    private mutating func decide(
        _ time: Double, _ now: FrameSignature, _ known: [FaceBox], _ size: (width: Float, height: Float)
    ) -> Decision {
        let time = time + Self.rounding
        guard let searchTime, !isWanted || time - wholeTime < Self.lossInterval else {
            areas.addAll()
            return .search
        }
        guard time - searchTime >= interval else { return .nothing }
        areas.removeAll()
        var isChanged = false
        for cell in 0..<FrameSignature.columns * FrameSignature.rows {
            let hasChanged = cells.hasChanged(cell, now)
            isChanged = isChanged || hasChanged
            let age = cells.age(cell, at: time)
            guard age >= interval else { continue }
            guard age >= pace(of: cell, hasChanged, known, size) * interval else { continue }
            areas.add(column: cell % FrameSignature.columns, row: cell / FrameSignature.columns)
            if areas.isWhole { break }
        }
        if !areas.isEmpty { return .search }
        areas.addAll()
        return isChanged && time - overviewTime >= interval ? .overview : .nothing
    }

    private static func center(of cell: Int, _ size: (width: Float, height: Float)) -> Point {
        Point(
            x: (Float(cell % FrameSignature.columns) + 0.5) * size.width / Float(FrameSignature.columns),
            y: (Float(cell / FrameSignature.columns) + 0.5) * size.height / Float(FrameSignature.rows))
    }

    /// The intervals between two searches of a cell.
    private func pace(
        of cell: Int, _ hasChanged: Bool, _ known: [FaceBox], _ size: (width: Float, height: Float)
    ) -> Double {
        guard hasChanged || cells.hadChanged(cell) else { return Pace.still }
        let place = Self.center(of: cell, size)
        guard known.contains(where: { Self.belongs(place, to: $0) }) else {
            return hasChanged ? Pace.elsewhere : Pace.again
        }
        guard !known.contains(where: { Self.isHead(place, of: $0) }) else {
            return hasChanged ? Pace.head : Pace.still
        }
        return hasChanged ? Pace.body : Pace.again
    }

    private mutating func measureParts(_ size: (width: Float, height: Float)) {
        parts.removeAll(keepingCapacity: true)
        let cell = (
            width: size.width / Float(FrameSignature.columns),
            height: size.height / Float(FrameSignature.rows)
        )
        for area in areas.areas {
            parts.append(
                FaceBox(
                    x: Float(area.columns.lowerBound) * cell.width,
                    y: Float(area.rows.lowerBound) * cell.height,
                    width: Float(area.columns.count) * cell.width,
                    height: Float(area.rows.count) * cell.height))
        }
    }

    /// Notes that this frame is searched, as decided last.
    package mutating func searched(at time: Double, _ now: FrameSignature) {
        for area in areas.areas { cells.note(area, at: time, now, isNew: searchTime == nil) }
        searchTime = time
        overviewTime = time
        if areas.isWhole {
            wholeTime = time
            isWanted = false
        }
    }

    /// Notes that this frame had an overview.
    package mutating func noteOverview(at time: Double) { overviewTime = time }

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
