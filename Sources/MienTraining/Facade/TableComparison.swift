import Foundation
import MienHeads
import MienTable
import MienTimeline

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
        let truth = try Table(labels, task: task, prefersSmoothed: false)
        let answers = try Table(predictions, task: task, prefersSmoothed: usesSmoothed)
        var keyed = truth.keys.map(\.name).filter { name in answers.keys.contains { $0.name == name } }
        // A frame says it better than a time, which may be rounded.
        if keyed.contains("frame") { keyed.removeAll { $0 == "time" } }
        guard !keyed.isEmpty else {
            throw .data(
                path: predictions,
                reason:
                    "shares no column with \(labels) to match rows by, expected path, frame, time or face_id")
        }
        var answerOfKey: [String: LabelColumns.Row] = [:]
        try answers.forEach(keyed) { answerOfKey[$0] = $1 }
        var rows = TargetRows(task: task)
        var probabilities: [Float] = []
        var missing = 0
        try truth.forEach(keyed) { key, row in
            guard !row.targets.allSatisfy(\.isNaN) else { return }
            guard let answer = answerOfKey[key]?.targets, !answer.allSatisfy(\.isNaN) else {
                missing += 1
                return
            }
            // What was not predicted cannot be scored: an action unit that the other tool does not know.
            let scored = zip(row.targets, answer).map { $1.isNaN ? Float.nan : $0 }
            rows.append(.init(targets: scored, isHard: false))
            probabilities += answer
        }
        guard rows.count > 0 else {
            throw .data(
                path: predictions,
                reason:
                    "none of its rows matches a labelled row of \(labels) by \(keyed.joined(separator: ", "))"
            )
        }
        let labels = Labels(rows)
        let samples = Array(0..<rows.count)
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

    /// A table whose rows are keyed by some of its columns.
    private struct Table {
        /// The columns that rows may be matched by.
        let keys: [(name: String, column: Int)]
        /// Whether it says how probable each label is.
        let hasScores: Bool

        private let path: String
        private let reader: CSVReader
        private let labelColumns: LabelColumns
        private let isSubmission: Bool

        private static let keyNames: [(key: String, names: [String])] = [
            ("path", ["path", "file", "image", "video", "image_location"]), ("frame", ["frame"]),
            ("time", ["time", "timestamp"]), ("face_id", ["face_id"]),
        ]

        init(_ path: String, task: HeadTask, prefersSmoothed: Bool) throws(TrainingError) {
            self.path = path
            reader = try wrapping { () throws(TimelineError) in try CSVReader(path: path) }
            var header = reader.header.map { $0.lowercased() }
            if prefersSmoothed {
                header = header.map { header.contains("s_" + $0) ? "" : $0 }.map {
                    $0.hasPrefix("s_") ? String($0.dropFirst(2)) : $0
                }
            } else {
                // Smoothed columns are not what is asked for.
                header = header.map { $0.hasPrefix("s_") ? "" : $0 }
            }
            keys = Self.keyNames.compactMap { key, names in
                names.compactMap { header.firstIndex(of: $0) }.first.map { (key, $0) }
            }
            isSubmission = task == .expression && header.first == "image_location"
            guard
                let labelColumns = LabelColumns(
                    task: task, header: isSubmission ? ["image_location", "expression"] : header)
            else { throw LabelColumns.missing(task, header: reader.header, of: path) }
            self.labelColumns = labelColumns
            hasScores = labelColumns.names.count > 1
        }

        /// Gives each row's key and what it says.
        func forEach(
            _ keyed: [String], _ body: (String, LabelColumns.Row) -> Void
        ) throws(TrainingError) {
            let columns = keys.filter { keyed.contains($0.name) }.map(\.column)
            var issues = RowIssues()
            var total = 0
            while let record = try wrapping({ () throws(TimelineError) in try reader.next() }) {
                total += 1
                do throws(RowProblem) {
                    // A submission has a header of nine columns and rows of two.
                    if !isSubmission, let problem = RowProblem(count: record, header: reader.header) {
                        throw problem
                    }
                    let row = try labelColumns.read(record)
                    body(columns.map { Self.normal(record, $0) }.joined(separator: "\u{1f}"), row)
                } catch {
                    issues.add(path, line: record.line, error)
                }
            }
            try issues.check(path: path, of: total)
        }

        /// Numbers as numbers, so that 0.5 and 0.500000 match.
        private static func normal(_ record: CSVRecord, _ column: Int) -> String {
            if case .value(let number) = record.integer(column) { return "\(number)" }
            guard let number = record.number(column) else { return record[column] }
            let rounded = (number * 1e6).rounded() / 1e6
            return abs(rounded) < 1e15 && rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        }
    }
}
