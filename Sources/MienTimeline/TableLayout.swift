/// Which cell of a record holds which column.
struct TableLayout: Sendable {
    // The order of TableColumn.all.
    static let box = 7
    static let expression = 11
    static let expressionLabel = 19
    static let actionUnits = 20
    static let smoothedExpression = 32
    static let smoothedExpressionLabel = 40
    static let smoothedActionUnits = 41
    // Those of TableColumn.relative follow, where a table has them.
    static let relativeActionUnits = 53

    /// The position in a record of each of our columns.
    let positions: [Int]
    /// Whether there are columns relative to a baseline among them.
    var hasRelative: Bool { positions.count > Self.relativeActionUnits }
    /// The names and positions of the others.
    let extraColumns: [String]
    let extraPositions: [Int]
    /// The number of cells of a record.
    var width: Int { positions.count + extraPositions.count }

    /// The layout of a table whose header has not been read yet.
    static let empty = TableLayout(positions: [], extraColumns: [], extraPositions: [])

    private init(positions: [Int], extraColumns: [String], extraPositions: [Int]) {
        self.positions = positions
        self.extraColumns = extraColumns
        self.extraPositions = extraPositions
    }

    /// Reads the header; the problem is what keeps it from being one.
    init(header: [String]) throws(LayoutProblem) {
        var extraColumns: [String] = []
        var extraPositions: [Int] = []
        var places: [String: Int] = [:]
        var ours = TableColumn.all.map(\.name)
        let relative = TableColumn.relative.map(\.name)
        // Some of them, as somebody may keep, are columns like any others.
        if Set(relative).isSubset(of: header) { ours += relative }
        let known = Set(ours)
        for (place, name) in header.enumerated() {
            if known.contains(name) {
                guard places.updateValue(place, forKey: name) == nil else {
                    throw LayoutProblem(text: "the column \(name) is there twice")
                }
            } else {
                extraColumns.append(name)
                extraPositions.append(place)
            }
        }
        var positions: [Int] = []
        for name in ours {
            guard let place = places[name] else {
                throw LayoutProblem(
                    text: "no column \(name), expected a header with \(TableColumn.header)")
            }
            positions.append(place)
        }
        self.init(positions: positions, extraColumns: extraColumns, extraPositions: extraPositions)
    }
}

/// What is wrong with a header.
struct LayoutProblem: Error {
    let text: String
}
