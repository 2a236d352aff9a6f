import MienCore
import MienHeads

extension EvaluationReport {
    /// One way of measuring, with its name in tables and JSON.
    private var views: [(name: String, scores: Scores)] {
        var views = [(name: "plain", scores: plain)]
        if let tuned { views.append(("tuned", tuned)) }
        if let smoothed { views.append(("smoothed", smoothed)) }
        if let smoothedAndTuned { views.append(("smoothed_tuned", smoothedAndTuned)) }
        return views
    }

    /// The report for a terminal.
    package var text: String {
        var text =
            "\(data): \(counted(plain.samples, "sample")), task \(task.rawValue)\n\n" + perLabel.text + "\n"
        if let confusion = plain.confusion { text += Self.table(confusion).text + "\n" }
        text += summary.text
        for note in notes { text += "\(note)\n" }
        return text
    }

    /// A row for each class or action unit.
    private var perLabel: TextTable {
        var columns = [task == .expression ? "expression" : "AU", "precision", "recall", "F1", "support"]
        if tuned != nil { columns += ["threshold", "F1 tuned"] }
        if smoothed != nil { columns += ["F1 smoothed"] }
        if smoothedAndTuned != nil { columns += ["F1 sm.+tuned"] }
        if agreement != nil { columns += ["r"] }
        var table = TextTable(columns: columns)
        for (index, label) in task.labels.enumerated() {
            let scores = plain.each[index]
            var row = [label] + [scores.precision, scores.recall, scores.f1].map { TextTable.fixed($0) }
            row.append("\(scores.support)")
            if let tuned {
                row += [TextTable.fixed(thresholds?[index], 2), TextTable.fixed(tuned.each[index].f1)]
            }
            if let smoothed { row.append(TextTable.fixed(smoothed.each[index].f1)) }
            if let smoothedAndTuned { row.append(TextTable.fixed(smoothedAndTuned.each[index].f1)) }
            if let agreement { row.append(TextTable.fixed(agreement.each[index])) }
            table.add(row)
        }
        return table
    }

    private static func table(_ confusion: ConfusionMatrix) -> TextTable {
        let labels = HeadTask.expression.labels
        var table = TextTable(columns: ["true \\ predicted"] + labels)
        for (truth, label) in labels.enumerated() {
            table.add([label] + labels.indices.map { "\(confusion[truth, $0])" })
        }
        return table
    }

    private var summary: TextTable {
        var table = TextTable(columns: ["measure", "value"])
        let names = [
            "plain": "macro F1", "tuned": "macro F1, tuned thresholds", "smoothed": "macro F1, smoothed",
            "smoothed_tuned": "macro F1, smoothed, tuned thresholds",
        ]
        for view in views {
            table.add([names[view.name] ?? view.name, TextTable.fixed(view.scores.macroF1, 4)])
        }
        if let confusion = plain.confusion {
            table.add(["macro F1, classes that occur", TextTable.fixed(confusion.macroF1OfPresent, 4)])
            table.add(["accuracy", TextTable.fixed(confusion.accuracy, 4)])
        }
        if let agreement {
            table.add(["Pearson's r with graded labels, mean", TextTable.fixed(agreement.mean, 4)])
        }
        if let smoothingSeconds { table.add(["smoothing window, s", TextTable.fixed(smoothingSeconds, 2)]) }
        if let losses {
            table.add(["mean loss", TextTable.fixed(losses.mean, 4)])
            table.add(["mean loss of the worst 10 %", TextTable.fixed(losses.worstTenth, 4)])
        }
        if calibrationError != nil {
            table.add(["calibration error (ECE)", TextTable.fixed(calibrationError, 4)])
        }
        if calibratedError != nil {
            table.add(["ECE after temperature scaling", TextTable.fixed(calibratedError, 4)])
        }
        if let temperature { table.add(["temperature", TextTable.fixed(temperature, 4)]) }
        return table
    }

    /// The report as a JSON document; `macro_f1` is that of the plain scores.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "data": .string(data), "task": .string(task.rawValue), "samples": .integer(Int64(plain.samples)),
            "macro_f1": .number(plain.macroF1),
        ]
        for view in views.dropFirst() { members["macro_f1_\(view.name)"] = .number(view.scores.macroF1) }
        for view in views {
            members[view.name == "plain" ? "per_label" : "per_label_\(view.name)"] = each(view.scores)
        }
        if let confusion = plain.confusion {
            members["macro_f1_of_present"] = confusion.macroF1OfPresent.map { .number($0) } ?? .null
            members["accuracy"] = confusion.accuracy.map { .number($0) } ?? .null
            members["confusion"] = .array(
                (0..<confusion.classes).map { truth in
                    .array((0..<confusion.classes).map { .integer(Int64(confusion[truth, $0])) })
                })
        }
        if let agreement {
            members["mean_pearson_r"] = agreement.mean.map { .number($0) } ?? .null
            members["pearson_r"] = .object(
                Dictionary(
                    uniqueKeysWithValues: zip(task.labels, agreement.each).map { label, r in
                        (label, r.map { .number($0) } ?? .null)
                    }))
        }
        members["thresholds"] = thresholds.map { .array($0.map { .number($0) }) }
        members["smoothing_seconds"] = smoothingSeconds.map { .number($0) }
        members["loss"] = losses.map { .number($0.mean) }
        members["loss_worst_10_percent"] = losses.map { .number($0.worstTenth) }
        members["ece"] = calibrationError.map { .number($0) }
        members["ece_calibrated"] = calibratedError.map { .number($0) }
        members["temperature"] = temperature.map { .number($0) }
        members["notes"] = .array(notes.map { .string($0) })
        return .object(members)
    }

    private func each(_ scores: Scores) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: zip(task.labels, scores.each).map { label, scores in
                    let members: [String: JSONValue] = [
                        "precision": .number(scores.precision), "recall": .number(scores.recall),
                        "f1": .number(scores.f1), "support": .integer(Int64(scores.support)),
                    ]
                    return (label, .object(members))
                }))
    }

    /// The report as CSV: a row for each class or unit and way of measuring, and one for each mean.
    package var csv: String {
        var table = TextTable(columns: ["measure", "label", "precision", "recall", "f1", "support"])
        for view in views {
            for (label, scores) in zip(task.labels, view.scores.each) {
                let numbers = [scores.precision, scores.recall, scores.f1].map { TextTable.fixed($0, 6) }
                table.add([view.name, label] + numbers + ["\(scores.support)"])
            }
            table.add([
                view.name, "macro", "", "", TextTable.fixed(view.scores.macroF1, 6), "\(view.scores.samples)",
            ])
        }
        return table.csv
    }
}
