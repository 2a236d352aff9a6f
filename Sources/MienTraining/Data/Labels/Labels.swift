import MienHeads

/// The labels of N samples for one task.
package struct Labels: Sendable {
    package let task: HeadTask
    package let count: Int

    private enum Storage: Sendable {
        /// One class for each sample, -1 for none.
        case classes([Int8])
        /// A row of numbers for each sample: votes (expression) or 0...1 with NaN for missing (action units).
        case rows([Float])
    }
    private let storage: Storage

    /// Creates hard expression labels; -1 is a sample without one.
    package init(classes: [Int8]) {
        precondition(
            classes.allSatisfy { (-1..<Int8(HeadTask.expression.outputs)).contains($0) },
            "an expression is 0...7, or -1")
        task = .expression
        count = classes.count
        storage = .classes(classes)
    }

    /// Creates soft labels: `task.outputs` numbers of 0 or more for each sample. Expression votes are divided
    /// by their sum; a sample without any has no label. Action units are 0...1, NaN where missing.
    package init(task: HeadTask, rows: [Float]) {
        precondition(rows.count % task.outputs == 0, "\(rows.count) numbers are no rows of \(task.outputs)")
        self.task = task
        count = rows.count / task.outputs
        guard task == .expression else {
            storage = .rows(rows)
            return
        }
        var shares = rows
        for start in stride(from: 0, to: rows.count, by: task.outputs) {
            let row = start..<start + task.outputs
            let sum = rows[row].reduce(0, +)
            let isVote = sum > 0 && sum.isFinite
            for index in row { shares[index] = isVote ? rows[index] / sum : .nan }
        }
        storage = .rows(shares)
    }

    /// Whether the sample has a label: for action units, at least one.
    package func isLabelled(_ sample: Int) -> Bool {
        switch storage {
        case .classes(let classes): classes[sample] >= 0
        case .rows(let rows):
            rows[sample * task.outputs..<(sample + 1) * task.outputs].contains { !$0.isNaN }
        }
    }

    /// Writes the sample's row of `task.outputs` targets.
    package func target(_ sample: Int, into row: UnsafeMutablePointer<Float>) {
        switch storage {
        case .classes(let classes):
            row.update(repeating: 0, count: task.outputs)
            if classes[sample] >= 0 { row[Int(classes[sample])] = 1 }
        case .rows(let rows):
            for index in 0..<task.outputs { row[index] = rows[sample * task.outputs + index] }
        }
    }

    /// The sample's expression: the first with the most votes. nil without a label.
    package func expression(_ sample: Int) -> Int? {
        switch storage {
        case .classes(let classes):
            return classes[sample] < 0 ? nil : Int(classes[sample])
        case .rows(let rows):
            let row = rows[sample * task.outputs..<(sample + 1) * task.outputs]
            guard let highest = row.max(), !highest.isNaN else { return nil }
            return row.firstIndex(of: highest).map { $0 - row.startIndex }
        }
    }

    /// Whether an action unit is active, from 0.5 on; nil where its label is missing.
    package func isActive(_ sample: Int, unit: Int) -> Bool? {
        guard case .rows(let rows) = storage else { return nil }
        let value = rows[sample * task.outputs + unit]
        return value.isNaN ? nil : value >= 0.5
    }

    /// Whether labels are distributions or degrees, not decisions.
    package var isSoft: Bool {
        switch storage {
        case .classes: false
        case .rows(let rows): rows.contains { $0 != 0 && $0 != 1 && !$0.isNaN }
        }
    }
}
