import MienHeads

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

    /// Looks for `label` or `expression`, then for a column of votes for each expression; for action units for
    /// `AU01` or `AU1` and so on, of which some may be absent. Columns called `label_AU01` (`label_neutral`) come
    /// before those.
    init?(task: HeadTask, header: [String]) {
        self.task = task
        let header = header.map { $0.lowercased() }
        if task == .expression {
            for name in ["label", "label_expression", "expression"] {
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

    /// What a table needs, for messages.
    static func expectation(_ task: HeadTask) -> String {
        task == .expression
            ? "a column \"label\" or \"expression\", or one for each of \(task.labels.joined(separator: ", "))"
            : "columns AU01, AU02, ..., AU26"
    }

    /// One row's targets: as many as the task has outputs, all NaN without a label.
    struct Row {
        var targets: [Float]
        var isHard: Bool
    }

    /// Reads a row; nil, with the reason in `problem`, if a cell cannot be understood.
    func read(_ fields: [String], problem: inout (found: String, expected: String)) -> Row? {
        switch layout {
        case .expression(let column):
            let cell = fields[column]
            guard let expression = Self.expression(cell) else {
                problem = (
                    "\"\(cell)\"",
                    "one of \(task.labels.joined(separator: ", ")), or 0 to 7, or -1 or nothing for none"
                )
                return nil
            }
            var targets = [Float](repeating: expression < 0 ? .nan : 0, count: task.outputs)
            if expression >= 0 { targets[expression] = 1 }
            return Row(targets: targets, isHard: true)
        case .outputs(let columns):
            var targets: [Float] = []
            for column in columns {
                let cell = column.map { fields[$0] } ?? ""
                guard let value = number(cell) else {
                    problem = (
                        "\"\(cell)\"",
                        task == .expression ? "a number of 0 or more" : "0 to 1, or -1 or nothing for missing"
                    )
                    return nil
                }
                targets.append(value)
            }
            return Row(targets: targets, isHard: false)
        }
    }

    /// 0...7; -1 for none; nil for anything else.
    private static func expression(_ cell: String) -> Int? {
        if cell.isEmpty { return -1 }
        if let number = Int(cell) { return (-1...7).contains(number) ? number : nil }
        return HeadTask.expression.labels.firstIndex(of: cell.lowercased())
    }

    private func number(_ cell: String) -> Float? {
        if cell.isEmpty || cell == "-1" || cell.lowercased() == "nan" {
            return task == .expression ? 0 : .nan
        }
        guard let value = Float(cell), value.isFinite, value >= 0 else { return nil }
        return task == .actionUnits && value > 1 ? nil : value
    }
}
