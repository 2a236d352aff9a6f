import MienHeads
import MienSafetensors

extension Dataset {
    /// Reads a feature file: `features` or `embeddings` [N, d]; `labels`, I64 [N] (expression, -1 = none) or
    /// F32 [N, 8] (votes) or F32 [N, 12] (action units, NaN = missing); optional `groups` I64 [N] and
    /// `time` F64 [N].
    package init(
        path: String, task: HeadTask, residentLimit: Int = FeatureRows.residentLimit
    ) throws(TrainingError) {
        let file = try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) }
        let features = try FeatureRows(file, residentLimit: residentLimit)
        let count = features.count
        func column<Element>(
            _ name: String, _ read: () throws(SafetensorsError) -> [Element]
        ) throws(TrainingError) -> [Element]? {
            guard let description = file.tensors[name] else { return nil }
            guard description.shape == [count] else {
                throw .tensor(
                    .wrongShape(path: path, tensor: name, found: description.shape, expected: [count]))
            }
            return try wrapping(read)
        }
        self.init(
            path: path, features: features, labels: try Self.labels(of: file, task: task, count: count),
            groups: try column("groups") { () throws(SafetensorsError) in try file.integers("groups") },
            times: try column("time") { () throws(SafetensorsError) in try file.doubles("time") })
        guard !samples.isEmpty else {
            throw .data(path: path, reason: "none of its \(count) rows has a label, expected at least one")
        }
    }

    private static func labels(
        of file: SafetensorsFile, task: HeadTask, count: Int
    ) throws(TrainingError) -> Labels {
        let description = try wrapping { () throws(SafetensorsError) in try file.description(of: "labels") }
        let outputs = task.outputs
        if task == .expression, description.shape == [count],
            description.type == .i64 || description.type == .i32
        {
            let values = try wrapping { () throws(SafetensorsError) in try file.integers("labels") }
            if let row = values.firstIndex(where: { !(-1..<Int64(outputs)).contains($0) }) {
                throw .data(
                    path: file.path,
                    reason:
                        "tensor \"labels\", row \(row): \(values[row]), expected 0 to \(outputs - 1), or -1 for "
                        + "a row without a label")
            }
            return Labels(classes: values.map { Int8($0) })
        }
        guard description.shape == [count, outputs] else {
            let expected =
                task == .expression
                ? "I64 [\(count)] or F32 [\(count), 8] for the task expression"
                : "F32 [\(count), 12] for the task au"
            throw .data(
                path: file.path,
                reason:
                    "tensor \"labels\" is \(description.type.rawValue) \(description.shape), expected \(expected)"
            )
        }
        let values: [Float]
        switch description.type {
        case .i64, .i32, .u8:
            // Whole numbers have no NaN: -1 is what such files use for a missing label.
            values = try wrapping { () throws(SafetensorsError) in try file.integers("labels") }.map {
                $0 == -1 ? .nan : Float($0)
            }
        default:
            let buffer = try wrapping { () throws(SafetensorsError) in try file.floats("labels") }
            values = (0..<buffer.count).map { buffer.baseAddress[$0] }
        }
        let highest: Float = task == .expression ? .greatestFiniteMagnitude : 1
        if let index = values.firstIndex(where: { !$0.isNaN && !(0...highest).contains($0) }) {
            throw .data(
                path: file.path,
                reason:
                    "tensor \"labels\", row \(index / outputs), column \(index % outputs): \(values[index]), "
                    + (task == .expression
                        ? "expected a number of 0 or more" : "expected 0 to 1, or NaN for missing"))
        }
        return Labels(task: task, rows: values)
    }
}
