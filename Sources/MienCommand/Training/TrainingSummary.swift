import Foundation
import MienCore
import MienTraining

/// What came of a training, for scripts.
enum TrainingSummary {
    static func json(
        _ outcome: TrainingRun.Outcome, _ configuration: TrainingConfiguration
    ) throws -> JSONValue {
        var members: [String: JSONValue] = [
            "task": .string(configuration.options.task.rawValue),
            "best_epoch": .integer(Int64(outcome.bestEpoch)),
            "interrupted": .bool(outcome.wasInterrupted),
            "epochs": try value(outcome.history),
        ]
        if outcome.bestEpoch > 0 {
            members["heads"] = .string(configuration.output)
            members["manifest"] = .string(outcome.manifest)
        }
        members["validation"] = outcome.validation?.json
        return .object(members)
    }

    private static func value(_ encodable: some Encodable) throws -> JSONValue {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try JSONDecoder().decode(JSONValue.self, from: encoder.encode(encodable))
    }
}
