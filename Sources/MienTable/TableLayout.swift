import MienCore

/// Which cell of a record holds which column.
struct TableLayout: Sendable {
    // The order of TableColumn.all.
    static let pts = 5
    static let box = 7
    static let expression = 11
    static let expressionLabel = 19
    static let actionUnits = 20
    static let smoothedExpression = 32
    static let smoothedExpressionLabel = 40
    static let smoothedActionUnits = 41

    /// The position in a record of each of our columns: those of every table, and then of `groups`.
    let positions: [Int]
    /// The columns after those of every table that the table has.
    let groups: ColumnGroups
    /// The names and positions of the others.
    let extraColumns: [String]
    let extraPositions: [Int]
    /// The number of cells of a record.
    let width: Int

    /// Where the columns of a group begin among `positions`.
    func start(of group: ColumnGroups) -> Int {
        ColumnGroups.all.prefix { $0.group != group }.reduce(TableColumn.all.count) {
            groups.contains($1.group) ? $0 + $1.columns.count : $0
        }
    }

    /// The name of the column at a position of `positions`.
    func name(_ column: Int) -> String { (TableColumn.all + groups.columns)[column].name }

    /// The layout of a table whose header has not been read yet.
    static let empty = TableLayout(
        positions: [], groups: [], width: 0, extraColumns: [], extraPositions: [])

    private init(
        positions: [Int], groups: ColumnGroups, width: Int, extraColumns: [String], extraPositions: [Int]
    ) {
        self.positions = positions
        self.groups = groups
        self.width = width
        self.extraColumns = extraColumns
        self.extraPositions = extraPositions
    }

    /// Reads the header; the problem is what keeps it from being one.
    init(header: [String]) throws(LayoutProblem) {
        var extraColumns: [String] = []
        var extraPositions: [Int] = []
        var places: [String: Int] = [:]
        var ours = TableColumn.all.map(\.name)
        var groups: ColumnGroups = []
        // Some of a group's columns, as somebody may keep, are columns like any others.
        for (group, columns) in ColumnGroups.all where columns.allSatisfy({ header.contains($0.name) }) {
            groups.insert(group)
            ours += columns.map(\.name)
        }
        let known = Set(ours)
        for (place, name) in header.enumerated() {
            if known.contains(name) {
                guard places.updateValue(place, forKey: name) == nil else {
                    throw LayoutProblem(text: "the column \(name) is there twice")
                }
            } else if !name.isEmpty {
                // pandas and R give the numbers of rows a column without a name, and Excel columns of nothing.
                extraColumns.append(name)
                extraPositions.append(place)
            }
        }
        let missing = ours.filter { places[$0] == nil }
        guard missing.isEmpty else {
            throw Self.problem(missing: missing, others: extraColumns, header: header)
        }
        self.init(
            positions: ours.compactMap { places[$0] }, groups: groups, width: header.count,
            extraColumns: extraColumns, extraPositions: extraPositions)
    }

    private static func problem(missing: [String], others: [String], header: [String]) -> LayoutProblem {
        var text = "no column \(missing[0])"
        if missing.count > 1 { text += " and \(missing.count - 1) more that a table of mien annotate has" }
        if let near = Spelling.nearest(to: missing[0], in: others) {
            text += " (did you mean it by \"\(near)\"?)"
        }
        let found = header.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
        return LayoutProblem(
            text: "\(text); found the columns \(found)\(header.count > 8 ? ", ..." : ""), expected "
                + TableColumn.header)
    }
}

/// What is wrong with a header.
struct LayoutProblem: Error {
    let text: String
}
