import Foundation
import MienCore
import MienSafetensors

/// Where training stands: enough to go on as if it had never stopped.
///
/// A safetensors file: the weights now and at their best, the optimiser's moments, and this value as JSON in
/// the metadata. Random numbers depend on seed and position alone, so there is no generator to keep.
struct TrainingState: Codable, Equatable {
    static let currentFormat = 1

    var format = Self.currentFormat
    var options: TrainingOptions
    /// Which data these are weights for.
    var data: UInt64
    var width: Int
    /// The epoch that is under way, from 0, and how many of its batches are done.
    var epoch = 0
    var batch = 0
    /// The sum of the losses of these batches.
    var lossSum = 0.0
    /// The optimiser's steps.
    var steps = 0
    /// The epochs that are done.
    var history: [EpochRecord] = []
    /// The epoch with the best validation, from 1, and its macro F1.
    var bestEpoch: Int?
    var bestScore: Double?
}

enum Checkpoint {
    private static let key = "mien.training"

    static func write(
        _ state: TrainingState, optimizer: HeadOptimizer, best: HeadWeights, to path: String
    ) throws(TrainingError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let json = try? encoder.encode(state) else {
            preconditionFailure("the state of training holds a number that is not finite")
        }
        var writer = SafetensorsWriter(metadata: [key: String(decoding: json, as: UTF8.self)])
        optimizer.weights.add(to: &writer, prefix: "weights.")
        best.add(to: &writer, prefix: "best.")
        let count = optimizer.weights.layout.count
        for (name, buffer) in [
            ("adam.moment", optimizer.adam.moment.baseAddress),
            ("adam.square", optimizer.adam.square.baseAddress),
        ] {
            let elements = UnsafeBufferPointer(start: buffer, count: count)
            writer.add(name: name, shape: [count], floats: elements.span)
        }
        do throws(SafetensorsError) {
            try writer.write(to: path)
        } catch {
            throw .tensor(error)
        }
    }

    /// Reads the checkpoint at `path` into `optimizer` and `best`, if it belongs to `expected`'s options and
    /// data.
    static func read(
        _ path: String, expected: TrainingState, optimizer: HeadOptimizer, best: HeadWeights
    ) throws(TrainingError) -> TrainingState {
        let file = try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) }
        guard let json = file.metadata[key],
            let state = try? JSONDecoder().decode(TrainingState.self, from: Data(json.utf8))
        else {
            throw .checkpoint(
                path: path, reason: "not a checkpoint of mien train, expected one to resume from")
        }
        guard state.format == TrainingState.currentFormat else {
            throw .checkpoint(
                path: path,
                reason: "checkpoint format \(state.format), expected \(TrainingState.currentFormat)")
        }
        guard state.options == expected.options else {
            let difference = difference(state.options, expected.options)
            throw .checkpoint(
                path: path,
                reason: "made with other options (\(difference)); expected the same ones to resume")
        }
        guard state.data == expected.data, state.width == expected.width else {
            throw .checkpoint(
                path: path, reason: "made with other training data, expected the same to resume")
        }
        try optimizer.weights.read(from: file, prefix: "weights.")
        try best.read(from: file, prefix: "best.")
        let count = optimizer.weights.layout.count
        for (name, buffer) in [
            ("adam.moment", optimizer.adam.moment.baseAddress),
            ("adam.square", optimizer.adam.square.baseAddress),
        ] {
            let moment = try wrapping { () throws(SafetensorsError) in try file.floats(name, shape: [count]) }
            buffer.update(from: moment.baseAddress, count: count)
        }
        optimizer.steps = state.steps
        return state
    }

    /// Which options differ, by name.
    private static func difference(_ a: TrainingOptions, _ b: TrainingOptions) -> String {
        func flattened(_ options: TrainingOptions) -> [String: JSONValue] {
            guard let data = try? JSONEncoder().encode(options),
                let value = try? JSONDecoder().decode(JSONValue.self, from: data)
            else { return [:] }
            var result: [String: JSONValue] = [:]
            for (key, value) in value.members ?? [:] {
                for (inner, leaf) in value.members ?? ["": value] {
                    result[inner.isEmpty ? key : "\(key).\(inner)"] = leaf
                }
            }
            return result
        }
        let (left, right) = (flattened(a), flattened(b))
        let keys = Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
        return keys.map { key in
            "\(key) \(left[key]?.text(indented: false) ?? "unset"), now \(right[key]?.text(indented: false) ?? "unset")"
        }.joined(separator: "; ")
    }
}
