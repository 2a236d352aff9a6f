import Foundation
import MienCore
import MienHeads

/// Where weights come from: data, options, curve and choices, kept in `mien.json` under
/// `provenance.training.TASK`.
///
/// No date and no path beyond file names: the same training gives the same record.
struct TrainingRecord {
    private let task: HeadTask
    private let value: JSONValue

    init(
        configuration: TrainingConfiguration, options: TrainingOptions, data: TrainingRun.Parts,
        result: Trainer.Result, report: EvaluationReport?, calibration: Calibration, hashes: [String: String]
    ) {
        let task = options.task
        self.task = task
        func describe(_ set: Dataset, _ source: DataSource) -> JSONValue {
            let counts = ClassCounts(set)
            var members: [String: JSONValue] = [
                "name": .string((source.path as NSString).lastPathComponent),
                "samples": .integer(Int64(counts.samples)), "width": .integer(Int64(set.width)),
                "counts": .object(
                    Dictionary(
                        uniqueKeysWithValues: zip(task.labels, counts.counts).map {
                            ($0, .integer(Int64($1)))
                        })),
            ]
            members["part"] = source.part.map { .string($0.rawValue) }
            members["sha256"] = hashes[source.path].map { .string($0) }
            return .object(members)
        }
        var record: [String: JSONValue] = [
            "train": describe(data.train, configuration.train),
            "options": Self.json(options),
            "epochs": Self.json(result.history),
            "best_epoch": .integer(Int64(result.bestEpoch)),
            "interrupted": .bool(result.wasInterrupted),
        ]
        if !configuration.version.isEmpty { record["mien"] = .string(configuration.version) }
        if let validation = data.validation {
            record["validation"] = describe(validation, configuration.validation ?? configuration.train)
            record["split"] =
                configuration.validation == nil ? configuration.split.map { .string($0.rawValue) } : nil
        }
        if let calibrated = data.calibration {
            var members: [String: JSONValue] = [
                "samples": .integer(Int64(calibrated.samples.count)),
                "groups": .integer(Int64(Split.groupCount(calibrated))),
            ]
            switch task {
            case .expression: members["temperature"] = .number(calibration.expressionTemperature)
            case .actionUnits:
                members["thresholds"] = .array(calibration.actionUnitThresholds.map { .number($0) })
                members["scale"] = calibration.actionUnitScale.map { .array($0.map { .number($0) }) }
            }
            record["calibration"] = .object(members)
        }
        if let report {
            var scores = report.json.members ?? [:]
            scores["data"] = nil
            record["scores"] = .object(scores)
        }
        value = .object(record)
    }

    func store(in manifest: inout ModelManifest) {
        var training = manifest.provenance["training"]?.members ?? [:]
        training[task.rawValue] = value
        manifest.provenance["training"] = .object(training)
    }

    private static func json(_ value: some Encodable) -> JSONValue {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(value),
            let json = try? JSONDecoder().decode(JSONValue.self, from: data)
        else { return .null }
        return json
    }
}
