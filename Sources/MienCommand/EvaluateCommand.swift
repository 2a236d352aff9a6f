import Foundation
import Mien
import MienCore
import MienTraining

/// `mien evaluate`: heads, or any tool's predictions, against labels.
struct EvaluateCommand: Subcommand {
    static let name = "evaluate"
    static let summary = "macro F1, per class and per action unit, of heads or predictions"
    static let usage = """
        --task expression|au [--heads H] --features F | --labels L.csv | --affwild2 DIR [options]
               mien evaluate --task expression|au --predictions P.csv --labels L.csv [options]

        Measures heads (heads.safetensors, or a model folder; without --heads those of --model, or of the built-in
        model) against labels. Thresholds and temperature are those of mien.json beside the heads, unless --tune-on
        names data to fit them on: a part of the training data, never what is measured. The second form scores the
        table of any tool; rows are matched by path, frame, time and face_id, whichever both tables have.

        Examples:
          mien evaluate --task expression --heads heads.safetensors --features test.safetensors --json
          mien evaluate --task au --heads model/ --labels test.csv
          mien evaluate --task expression --predictions other.csv --labels test.csv --csv
          mien evaluate --task expression --heads model/ --affwild2 Aff-Wild2 --submission out.txt
        """
    static let operands = Operands()
    static let options =
        [
            Option("--heads", value: "HEADS", help: "heads.safetensors, or a model folder"),
            Option("--predictions", value: "P.csv", help: "a table of predictions, instead of heads"),
            Option("--smoothed", help: "score the smoothed columns of a table of mien annotate"),
            Option(
                "--tune-on", value: "DATA",
                help:
                    "the data on which temperature and thresholds are fitted: features,\nlabels or Aff-Wild2"),
            Option(
                "--part", value: "train|validation|test",
                help:
                    "the part of Aff-Wild2. Default: validation; test, the images without\nlabels, for --submission"
            ),
            Option("--submission", value: "FILE", help: "write the challenge's file of predictions"),
            Option(
                "--template", value: "FILE", help: "the images that file must answer for, in its first column"
            ),
            Option("-y", help: "overwrite it if it is there"),
            Option("--json", help: "print JSON"),
            Option("--csv", help: "print CSV"),
            Option("-q", "--quiet", help: "say nothing but errors"),
        ] + LabelArguments.options

    private enum Subject {
        case heads(EvaluationConfiguration)
        case submission(EvaluationConfiguration, path: String, template: String?)
        case predictions(TableComparison)
    }

    private let labels: LabelArguments
    private let subject: Subject
    private let printsJSON: Bool
    private let printsCSV: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        if let operand = arguments.operands.first {
            throw UsageError("'\(operand)': expected options only; data are named by --features or --labels")
        }
        labels = try LabelArguments(arguments)
        printsJSON = arguments.has("--json")
        printsCSV = arguments.has("--csv")
        isQuiet = arguments.has("--quiet")
        if printsJSON && printsCSV { throw UsageError("--json and --csv: expected one of them") }
        if arguments.has("--smoothed"), !arguments.has("--predictions") {
            throw UsageError("--smoothed: applies to --predictions; heads are always measured both ways")
        }
        subject = try Self.subject(arguments, labels)
    }

    private static func subject(_ arguments: Arguments, _ labels: LabelArguments) throws -> Subject {
        if let predictions = arguments.string("--predictions") {
            for key in ["--heads", "--tune-on", "--submission", "--features", "--affwild2"]
            where arguments.has(key) {
                throw UsageError("\(key): does not go with --predictions, which takes --labels L.csv")
            }
            var comparison = TableComparison(
                task: labels.task, predictions: predictions, labels: labels.source(part: .train).path)
            comparison.usesSmoothed = arguments.has("--smoothed")
            return .predictions(comparison)
        }
        let submission = arguments.string("--submission")
        let parts: [String: AffWild2.Part] = ["train": .train, "validation": .validation, "test": .test]
        let part = try arguments.choice("--part", of: ["train", "validation", "test"]).flatMap { parts[$0] }
        if part != nil, !labels.isAffWild2 { throw UsageError("--part: applies to --affwild2 only") }
        let heads = try arguments.string("--heads") ?? labels.model.folder ?? Model.embedded().folder
        var configuration = EvaluationConfiguration(
            task: labels.task, heads: heads,
            data: labels.source(part: part ?? (submission == nil ? .validation : .test)))
        configuration.tuneOn = arguments.string("--tune-on").map { path in
            var source = labels.source(at: path)
            if source.isFolder { source.part = .train }
            return source
        }
        configuration.threads = labels.threads
        guard let submission else {
            if arguments.has("--template") { throw UsageError("--template: applies to --submission only") }
            if part == .test {
                throw UsageError("--part test: it has no labels to measure against; --submission FILE")
            }
            return .heads(configuration)
        }
        guard arguments.has("-y") || !FileManager.default.fileExists(atPath: submission) else {
            throw UsageError("\(submission) exists; -y overwrites it")
        }
        return .submission(configuration, path: submission, template: arguments.string("--template"))
    }

    func run() throws -> ExitCode {
        try reportingTrainingErrors { try evaluate() }
    }

    private func evaluate() throws -> ExitCode {
        let progress = TrainingProgress(epochs: 0, isQuiet: isQuiet)
        defer { progress.clear() }
        switch subject {
        case .predictions(let comparison):
            print(try comparison.run())
        case .heads(let configuration):
            let report = try prepared(configuration) { try $0.run { progress($0) } }
            progress.clear()
            print(report)
        case .submission(let configuration, let path, let template):
            let frames = try prepared(configuration) {
                try $0.submission(to: path, template: template) { progress($0) }
            }
            progress.clear()
            if !isQuiet { Console.say("\(path): \(counted(frames, "frame"))") }
        }
        return .done
    }

    /// Calls `body` with what measures, and with what embeds where something has to be.
    private func prepared<Value>(
        _ configuration: EvaluationConfiguration, _ body: (EvaluationRun) throws -> Value
    ) throws -> Value {
        let sources = [configuration.data] + (configuration.tuneOn.map { [$0] } ?? [])
        guard !sources.allSatisfy(\.isFeatures) else { return try body(EvaluationRun(configuration)) }
        // A model folder brings the encoder that its heads belong to.
        let isModel = FileManager.default.fileExists(atPath: configuration.heads + "/config.json")
        let interrupt = Interrupt()
        let embedder = try labels.embedder(
            for: sources, folder: isModel ? configuration.heads : nil, cancellation: interrupt.cancellation)
        if let embedder,
            let objection = EncoderRecord.objection(
                to: embedder.encoder, heads: configuration.heads, tasks: [configuration.task])
        {
            Console.say(objection)
        }
        var configuration = configuration
        configuration.cache = try labels.cache()
        return try withExtendedLifetime(interrupt) {
            try body(EvaluationRun(configuration, embedder: embedder))
        }
    }

    private func print(_ report: EvaluationReport) {
        Console.print(printsJSON ? report.json.text() : printsCSV ? report.csv : report.text)
    }
}
