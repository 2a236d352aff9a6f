import Foundation
import MienHeads

/// `mien evaluate --predictions P.csv --labels L.csv`: any tool's answers against labels.
///
/// Rows are matched by the columns that both tables have of: path (or file, image, video, image_location), frame,
/// time (or timestamp), face_id. Labels are read as in label tables. Predictions are an expression's name or number,
/// eight columns of scores, or AU columns with 0, 1 or a probability; a table of `mien annotate` and a submission
/// file are both of this kind.
package struct TableComparison {
    package var task: HeadTask
    package var predictions: String
    package var labels: String
    /// Whether the smoothed columns of a table of `mien annotate` are scored.
    package var usesSmoothed = false

    package init(task: HeadTask, predictions: String, labels: String) {
        self.task = task
        self.predictions = predictions
        self.labels = labels
    }

    /// The scores. Labelled rows without a prediction count as wrong where that can be said, and are reported.
    package func run() throws(TrainingError) -> EvaluationReport {
        let truth = try table(labels, isTruth: true, columns: nil)
        let answers = try table(predictions, isTruth: false, columns: truth.keyColumns)
        let keyed = truth.keyColumns.filter { answers.keyColumns.contains($0) }
        guard !keyed.isEmpty else {
            throw .data(
                path: predictions,
                reason:
                    "shares no column with \(labels) to match rows by, expected path, frame, time or face_id")
        }
        var byKey: [String: [Float]] = [:]
        for (index, row) in answers.rows.enumerated() {
            byKey[answers.key(index, keyed)] = row
        }
        var rows: [LabelColumns.Row] = []
        var probabilities: [Float] = []
        var missing = 0
        for (index, targets) in truth.rows.enumerated() where !targets.allSatisfy(\.isNaN) {
            guard let answer = byKey[truth.key(index, keyed)], !answer.allSatisfy(\.isNaN) else {
                missing += 1
                continue
            }
            // What was not predicted cannot be scored: an action unit that the other tool does not know.
            let scored = zip(targets, answer).map { $1.isNaN ? Float.nan : $0 }
            rows.append(.init(targets: scored, isHard: false))
            probabilities += answer
        }
        guard !rows.isEmpty else {
            throw .data(
                path: predictions,
                reason:
                    "none of its rows matches a labelled row of \(labels) by \(keyed.joined(separator: ", "))"
            )
        }
        let labels = Labels(task: task, rows: rows)
        let samples = Array(rows.indices)
        var report = EvaluationReport(
            data: self.labels, task: task,
            plain: Scores(task: task, probabilities: probabilities, samples: samples, labels: labels))
        if answers.hasScores {
            report.calibrationError = CalibrationError.of(
                task: task, probabilities: probabilities, samples: samples, labels: labels)
        }
        report.notes.append("Rows are matched by \(keyed.joined(separator: ", ")).")
        if missing > 0 {
            report.notes.append("\(missing) labelled rows have no prediction and are left out.")
        }
        return report
    }

    private struct Table {
        var keyColumns: [String] = []
        var keys: [[String: String]] = []
        var rows: [[Float]] = []
        var hasScores = false

        func key(_ row: Int, _ columns: [String]) -> String {
            columns.map { keys[row][$0] ?? "" }.joined(separator: "\u{1f}")
        }
    }

    private static let keyNames: [(key: String, names: [String])] = [
        ("path", ["path", "file", "image", "video", "image_location"]), ("frame", ["frame"]),
        ("time", ["time", "timestamp"]), ("face_id", ["face_id"]),
    ]

    private func table(_ path: String, isTruth: Bool, columns: [String]?) throws(TrainingError) -> Table {
        var reader = try CSVReader(path: path)
        guard let original = reader.next()?.fields else {
            throw .data(path: path, reason: "empty, expected a header")
        }
        var header = original.map { $0.lowercased() }
        if isTruth || !usesSmoothed {
            // Smoothed columns are not what is asked for.
            header = header.map { $0.hasPrefix("s_") ? "" : $0 }
        } else {
            header = header.map { header.contains("s_" + $0) ? "" : $0 }.map {
                $0.hasPrefix("s_") ? String($0.dropFirst(2)) : $0
            }
        }
        var table = Table()
        var places: [(key: String, column: Int)] = []
        for (key, names) in Self.keyNames {
            guard let column = names.compactMap({ header.firstIndex(of: $0) }).first else { continue }
            // A frame says it better than a time, which may be rounded.
            if key == "time", places.contains(where: { $0.key == "frame" }) { continue }
            if let columns, !columns.contains(key) { continue }
            places.append((key, column))
        }
        table.keyColumns = places.map(\.key)
        let submission = task == .expression && header.first == "image_location"
        guard
            let labelColumns = LabelColumns(
                task: task, header: submission ? ["image_location", "expression"] : header)
        else {
            throw .data(path: path, reason: "no labels, expected \(LabelColumns.expectation(task))")
        }
        table.hasScores = !isTruth && labelColumns.names.count > 1
        var issues = RowIssues()
        var total = 0
        while let record = reader.next() {
            total += 1
            let expectedCount = submission ? 2 : header.count
            var problem = (found: "\(record.fields.count) fields", expected: "\(expectedCount)")
            guard record.fields.count == expectedCount,
                let row = labelColumns.read(record.fields, problem: &problem)
            else {
                issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                continue
            }
            table.keys.append(
                Dictionary(
                    uniqueKeysWithValues: places.map { ($0.key, Self.normal(record.fields[$0.column])) }))
            table.rows.append(row.targets)
        }
        try issues.check(path: path, of: total)
        return table
    }

    /// Numbers as numbers, so that 0.5 and 0.500000 match.
    private static func normal(_ cell: String) -> String {
        guard let number = Double(cell) else { return cell }
        return "\((number * 1e6).rounded() / 1e6)"
    }
}
