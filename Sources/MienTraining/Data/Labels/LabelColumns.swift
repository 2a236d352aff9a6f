import MienHeads
import MienTable

/// Which columns of a table hold the labels of a task, and how their cells read.
struct LabelColumns {
    private enum Layout {
        /// One column with the name or number of an expression.
        case expression(Int)
        /// A column for each output: votes for expressions, 0...1 for action units; nil where there is none.
        case outputs([Int?])
    }

    let task: HeadTask
    private let layout: Layout
    /// The names of the columns.
    let names: [String]

    private static let single = ["label", "label_expression", "expression"]

    /// Looks for `label` or `expression`, then for a column of votes for each expression; for action units for
    /// `AU01` or `AU1` and so on, of which some may be absent. Columns called `label_AU01` (`label_neutral`) come
    /// before those.
    init?(task: HeadTask, header: [String]) {
        self.task = task
        let header = header.map { $0.lowercased() }
        if task == .expression {
            for name in Self.single {
                guard let column = header.firstIndex(of: name) else { continue }
                layout = .expression(column)
                names = [name]
                return
            }
        }
        for prefix in ["label_", ""] {
            let columns = task.labels.map { label -> Int? in
                let name = label.lowercased()
                let short = name.hasPrefix("au0") ? "au" + name.dropFirst(3) : name
                return header.firstIndex(of: prefix + name) ?? header.firstIndex(of: prefix + short)
            }
            let isComplete = columns.allSatisfy { $0 != nil }
            guard task == .actionUnits ? columns.contains(where: { $0 != nil }) : isComplete else { continue }
            layout = .outputs(columns)
            names = columns.compactMap { $0.map { header[$0] } }
            return
        }
        return nil
    }

    /// The error for a header without any.
    static func missing(_ task: HeadTask, header: [String], of path: String) -> TrainingError {
        let expected =
            task == .expression
            ? "a column \"label\" or \"expression\", or one for each of \(task.labels.joined(separator: ", "))"
            : "columns AU01, AU02, ..., AU26"
        return .header(
            header, of: path, expected: expected,
            names: task == .expression ? ["label", "expression"] + task.labels : task.labels)
    }

    /// One row's targets: as many as the task has outputs, all NaN without a label.
    struct Row {
        var targets: [Float]
        var isHard: Bool

        /// Whether there is a label.
        func isLabelled(_ task: HeadTask) -> Bool {
            targets.contains { !$0.isNaN && (task == .actionUnits || $0 > 0) }
        }
    }

    /// Reads a row.
    func read(_ record: CSVRecord) throws(RowProblem) -> Row {
        switch layout {
        case .expression(let column):
            guard let expression = Self.expression(record, column) else {
                throw RowProblem(
                    record, column, named: names[0],
                    expected:
                        "one of \(task.labels.joined(separator: ", ")), or 0 to 7, or -1 or nothing for none")
            }
            var targets = [Float](repeating: expression < 0 ? .nan : 0, count: task.outputs)
            if expression >= 0 { targets[expression] = 1 }
            return Row(targets: targets, isHard: true)
        case .outputs(let columns):
            let none: Float = task == .expression ? 0 : .nan
            var targets = [Float](repeating: none, count: task.outputs)
            for (output, column) in columns.enumerated() {
                guard let column else { continue }
                guard let value = number(record, column) else {
                    throw RowProblem(
                        record, column, named: task.labels[output],
                        expected: task == .expression
                            ? "a number of 0 or more" : "0 to 1, or -1 or nothing for missing")
                }
                targets[output] = value.isNaN ? none : value
            }
            return Row(targets: targets, isHard: false)
        }
    }

    /// 0...7; -1 for none; nil for anything else.
    private static func expression(_ record: CSVRecord, _ column: Int) -> Int? {
        switch record.integer(column) {
        case .missing: return -1
        case .value(let number): return (-1...7).contains(number) ? Int(number) : nil
        case .rounded: return nil
        case .none: return HeadTask.expression.labels.firstIndex(of: record[column].lowercased())
        }
    }

    /// NaN where it is missing, nil where it is none.
    private func number(_ record: CSVRecord, _ column: Int) -> Float? {
        if record.isMissing(column) { return .nan }
        guard let value = record.number(column) else { return truth(record[column].lowercased()) }
        if value == -1 { return .nan }
        guard value >= 0, task == .expression || value <= 1 else { return nil }
        return Float(value)
    }

    /// Yes or no, as pandas and R write them.
    private func truth(_ word: String) -> Float? {
        task == .actionUnits ? ["true": 1, "false": 0][word] : nil
    }
}

/// The targets of many rows.
struct TargetRows {
    let task: HeadTask
    private(set) var targets: [Float] = []
    private(set) var isHard = true

    init(task: HeadTask) { self.task = task }

    var count: Int { targets.count / task.outputs }

    mutating func append(_ row: LabelColumns.Row) {
        targets += row.targets
        isHard = isHard && row.isHard
    }
}

extension Labels {
    /// From rows of targets, as hard labels if all are.
    init(_ rows: TargetRows) {
        guard rows.task == .expression, rows.isHard else {
            self.init(task: rows.task, rows: rows.targets)
            return
        }
        let outputs = rows.task.outputs
        self.init(
            classes: (0..<rows.count).map { row in
                Int8((0..<outputs).first { rows.targets[row * outputs + $0] == 1 } ?? -1)
            })
    }
}
