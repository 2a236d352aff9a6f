/// A few rectangles of a signature's cells that hold all cells added to them, with some room around each.
struct CellAreas: Sendable {
    /// The cells of some columns and rows.
    struct Area: Sendable, Equatable {
        var columns: Range<Int>
        var rows: Range<Int>

        static let whole = Area(columns: 0..<FrameSignature.columns, rows: 0..<FrameSignature.rows)

        /// The area and `room` cells on each side, as far as there are cells.
        func grown(by room: Int) -> Area {
            Area(
                columns: columns.lowerBound - room..<columns.upperBound + room,
                rows: rows.lowerBound - room..<rows.upperBound + room
            ).clamped
        }

        private var clamped: Area {
            Area(
                columns: columns.clamped(to: Self.whole.columns), rows: rows.clamped(to: Self.whole.rows))
        }

        func union(_ other: Area) -> Area {
            Area(
                columns: min(
                    columns.lowerBound, other.columns.lowerBound)..<max(
                        columns.upperBound, other.columns.upperBound),
                rows: min(
                    rows.lowerBound, other.rows.lowerBound)..<max(rows.upperBound, other.rows.upperBound))
        }

        func contains(_ other: Area) -> Bool { union(other) == self }

        /// What a search of it costs, in cells: it covers a margin as well.
        var cost: Int {
            let searched = grown(by: margin)
            return searched.columns.count * searched.rows.count
        }
    }

    // The room around a cell that changed: a face need not have changed wherever it is.
    private static let room = 3
    // About as much as the detector takes in around an area.
    private static let margin = 4
    // With more areas than this, or so much of the picture, it is the whole.
    static let maximumCount = 8
    private static let large = FrameSignature.columns * FrameSignature.rows * 9 / 10

    private(set) var areas: [Area] = []

    /// All cells.
    init() {
        areas.reserveCapacity(Self.maximumCount + 1)
        addAll()
    }

    var isEmpty: Bool { areas.isEmpty }
    var isWhole: Bool { areas.first == .whole }

    /// Forgets all and keeps the memory.
    mutating func removeAll() { areas.removeAll(keepingCapacity: true) }

    mutating func addAll() {
        removeAll()
        areas.append(.whole)
    }

    /// Adds a cell and the room around it. Areas become one where that is no dearer to search.
    mutating func add(column: Int, row: Int) {
        var area = Area(columns: column..<column + 1, rows: row..<row + 1).grown(by: Self.room)
        guard !areas.contains(where: { $0.contains(area) }) else { return }
        while let other = areas.firstIndex(where: { area.union($0).cost <= area.cost + $0.cost }) {
            area = area.union(areas.remove(at: other))
        }
        areas.append(area)
        if areas.count > Self.maximumCount || areas.reduce(0, { $0 + $1.cost }) > Self.large { addAll() }
    }
}
