import MienHeads

/// How often each label occurs: looked at before training starts, because it explains most of what follows.
package struct ClassCounts: Sendable, Equatable {
    package let task: HeadTask
    /// The number of labelled samples.
    package let samples: Int
    /// How many have each label: the expression, or the action unit being active.
    package let counts: [Int]
    /// How many say anything about each label: all, but for missing action units.
    package let known: [Int]

    package init(_ dataset: Dataset) {
        task = dataset.task
        samples = dataset.samples.count
        var counts = [Int](repeating: 0, count: task.outputs)
        var known = counts
        for sample in dataset.samples {
            switch task {
            case .expression:
                if let expression = dataset.labels.expression(sample) { counts[expression] += 1 }
                for index in known.indices { known[index] += 1 }
            case .actionUnits:
                for unit in 0..<task.outputs {
                    guard let isActive = dataset.labels.isActive(sample, unit: unit) else { continue }
                    known[unit] += 1
                    counts[unit] += isActive ? 1 : 0
                }
            }
        }
        self.counts = counts
        self.known = known
    }

    /// Factors that give every expression the same say: n / (classes that occur x count); 0 for absent ones.
    package var balancedClassWeights: [Double] {
        let present = counts.filter { $0 > 0 }.count
        return counts.map { $0 == 0 ? 0 : Double(samples) / (Double(present) * Double($0)) }
    }

    /// Factors that give active and inactive the same say for each action unit: inactive / active, at most 100.
    package var balancedPositiveWeights: [Double] {
        zip(counts, known).map { $0 == 0 ? 1 : min(100, Double($1 - $0) / Double($0)) }
    }

    /// What cannot be learned from these labels, as a sentence; nil if each has another to be told from.
    package var warning: String? {
        switch task {
        case .expression:
            let present = counts.indices.filter { counts[$0] > 0 }
            guard present.count == 1, let only = present.first else { return nil }
            return
                "All \(samples) labels are \(task.labels[only]): a head that saw nothing else answers nothing else. "
                + "Expected labels of at least two expressions."
        case .actionUnits:
            let constant = counts.indices.filter {
                known[$0] > 0 && (counts[$0] == 0 || counts[$0] == known[$0])
            }
            guard !constant.isEmpty else { return nil }
            let list = constant.map { "\(task.labels[$0]) \(counts[$0] == 0 ? "never" : "always")" }
            return "Nothing is learned of action units that are always the same: active is "
                + list.joined(separator: ", ") + "."
        }
    }

    /// Counts of several parts side by side, as a table.
    package static func table(_ parts: [(name: String, counts: ClassCounts)]) -> TextTable {
        var table = TextTable(columns: ["label"] + parts.flatMap { [$0.name, "%"] })
        guard let task = parts.first?.counts.task else { return table }
        for (index, label) in task.labels.enumerated() {
            table.add(
                [label]
                    + parts.flatMap { part -> [String] in
                        let known = part.counts.known[index]
                        let share = known == 0 ? 0 : 100 * Double(part.counts.counts[index]) / Double(known)
                        return ["\(part.counts.counts[index])", TextTable.fixed(share, 1)]
                    })
        }
        table.add(["samples"] + parts.flatMap { ["\($0.counts.samples)", ""] })
        return table
    }
}
