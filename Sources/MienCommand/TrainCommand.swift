import Foundation
import Mien
import MienHeads
import MienTraining

/// `mien train`: labelled features, images or videos in, heads out.
struct TrainCommand: Subcommand {
    static let name = "train"
    static let summary = "heads for expressions or action units from labelled data"
    static let usage = """
        --task expression|au --features F | --labels L.csv | --affwild2 DIR  -o heads.safetensors [options]

        Trains a small network on the embeddings of a frozen CLIP encoder, and writes it with the record of its
        training (mien.json) beside it. Labels of images and videos are embedded first, once. The epoch that does
        best on the validation set is kept. docs/training.md is the long version, with the formats.

        Examples:
          mien train --task expression --labels labels.csv --split subject -o heads.safetensors
          mien train --task expression --features train.safetensors --val val.safetensors \\
                     --loss cvar --alpha 0.5 --sam-rho 0.5 --epochs 32 --seed 5 -o heads.safetensors
          mien train --task au --affwild2 Aff-Wild2 --model clip-vit-large-patch14 -o heads.safetensors
          mien train --task expression --features train.safetensors --val val.safetensors --ablate
        """
    static let operands = Operands()
    static let options =
        [
            Option(
                "-o", "--output", value: "HEADS", help: "the heads; a head for the other task in it stays"),
            Option("-y", help: "overwrite a head for this task, or an older checkpoint"),
            Option(
                "--val", value: "DATA",
                help: "the data on which the best epoch is chosen: features, labels or\nAff-Wild2"),
            Option(
                "--split", value: "subject|video",
                help:
                    "choose the best epoch on part of the training data instead, with no\nsubject, or video, in both parts"
            ),
            Option("--val-fraction", value: "F", help: "how much --split holds out. Default: 0.2"),
            Option(
                "--calibration-split", value: "F",
                help: "how much is held out to fit temperature and thresholds.\nDefault: 0.1"),
        ] + LabelArguments.options + TrainingArguments.options + [
            Option(
                "--checkpoint", value: "FILE",
                help: "where training saves its state. Default: HEADS.checkpoint"),
            Option("--resume", help: "go on from the checkpoint, if it is there"),
            Option("--json", help: "print the results as JSON"),
            Option("-q", "--quiet", help: "say nothing but errors"),
        ] + AblationArguments.options

    private let labels: LabelArguments
    private let configuration: TrainingConfiguration
    private let ablation: AblationArguments?
    private let printsJSON: Bool
    private let isQuiet: Bool
    private let keepsCheckpoint: Bool

    init(_ arguments: Arguments) throws {
        if let operand = arguments.operands.first {
            throw UsageError("'\(operand)': expected options only; data are named by --features or --labels")
        }
        labels = try LabelArguments(arguments)
        let training = try TrainingArguments(arguments, task: labels.task)
        ablation = try AblationArguments(arguments, labels: labels)
        let output = try Self.output(arguments, isNeeded: ablation == nil)
        var configuration = TrainingConfiguration(
            task: labels.task, train: labels.source(part: .train), output: output)
        configuration.options = training.options
        configuration.isBalanced = training.isBalanced
        configuration.validation = arguments.string("--val").map(labels.source(at:))
        configuration.split = try arguments.choice("--split", of: SplitUnit.allCases.map(\.rawValue))
            .flatMap(SplitUnit.init(rawValue:))
        if configuration.validation != nil, configuration.split != nil {
            throw UsageError("--val and --split: expected one of them")
        }
        configuration.validationFraction = try Self.fraction(arguments, "--val-fraction") ?? 0.2
        configuration.calibrationFraction = try Self.fraction(arguments, "--calibration-split") ?? 0.1
        configuration.checkpoint = arguments.string("--checkpoint")
        configuration.resumes = arguments.has("--resume")
        configuration.threads = labels.threads
        configuration.version = mienVersion
        keepsCheckpoint = configuration.checkpoint != nil
        printsJSON = arguments.has("--json")
        isQuiet = arguments.has("--quiet")
        if ablation == nil { try Self.protect(configuration, overwrites: arguments.has("-y")) }
        self.configuration = configuration
    }

    func run() throws -> ExitCode {
        try reportingTrainingErrors { try train() }
    }

    private func train() throws -> ExitCode {
        let interrupt = Interrupt()
        var configuration = configuration
        let sources =
            [configuration.train] + [configuration.validation, ablation?.test].compactMap { $0 }
        let embedder = try labels.embedder(for: sources, cancellation: interrupt.cancellation)
        if embedder != nil { configuration.cache = try labels.cache() }
        if ablation == nil { try Self.prepareFolders(configuration) }
        let progress = TrainingProgress(epochs: configuration.options.epochs, isQuiet: isQuiet)
        defer { progress.clear() }
        if let ablation {
            return try ablation.run(
                configuration, embedder: embedder, interrupt: interrupt, progress: progress)
        }
        let outcome = try TrainingRun(configuration, embedder: embedder).run(
            isCancelled: { interrupt.cancellation.isCancelled }, event: { progress($0) })
        progress.clear()
        if let embedder, outcome.bestEpoch > 0 {
            try EncoderRecord.store(
                embedder, crop: labels.isAffWild2 ? nil : embedder.model.crop, task: labels.task,
                in: outcome.manifest)
        }
        report(outcome)
        if printsJSON { Console.print(try TrainingSummary.json(outcome, configuration).text()) }
        if outcome.wasInterrupted { return .interrupted }
        if !keepsCheckpoint {
            try? FileManager.default.removeItem(atPath: configuration.output + ".checkpoint")
        }
        return .done
    }

    private func report(_ outcome: TrainingRun.Outcome) {
        if let report = outcome.validation, !printsJSON, !outcome.wasInterrupted {
            Console.print(report.text)
        }
        guard !isQuiet || outcome.wasInterrupted else { return }
        if outcome.wasInterrupted {
            let checkpoint = configuration.checkpoint ?? configuration.output + ".checkpoint"
            Console.say("interrupted; where training stands is in \(checkpoint), and --resume goes on")
        }
        guard outcome.bestEpoch > 0 else { return }
        let reason = outcome.history.last?.validation == nil ? "the last" : "the best on validation"
        Console.say(
            "\(configuration.output): the weights of epoch \(outcome.bestEpoch), \(reason); record in \(outcome.manifest)"
        )
    }

    private static func output(_ arguments: Arguments, isNeeded: Bool) throws(UsageError) -> String {
        guard let output = arguments.string("--output") else {
            guard isNeeded else { return "" }
            throw UsageError("no output given: -o heads.safetensors")
        }
        guard isNeeded else {
            throw UsageError("-o \(output): an ablation prints its table, and writes no heads")
        }
        guard output != "-" else { throw UsageError("-o -: heads are a file, expected its name") }
        let isFolder = DataSource(path: output).isFolder || output.hasSuffix("/")
        return isFolder ? (output as NSString).appendingPathComponent("heads.safetensors") : output
    }

    private static func fraction(_ arguments: Arguments, _ key: String) throws(UsageError) -> Double? {
        guard let value = try arguments.number(key) else { return nil }
        guard value >= 0, value < 1, value > 0 || key == "--calibration-split" else {
            throw UsageError("\(key) \(value): expected a fraction below 1")
        }
        return value
    }

    /// Makes the folders that will be written to: hours of embedding are the wrong time to find out.
    private static func prepareFolders(_ configuration: TrainingConfiguration) throws(MienError) {
        let files = FileManager.default
        for path in [configuration.output, configuration.checkpoint].compactMap({ $0 }) {
            let parent = path.parentFolder
            let folder = parent.isEmpty ? "." : parent
            do {
                try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw .output("\(folder): the directory cannot be made: \(error.localizedDescription)")
            }
            guard files.isWritableFile(atPath: folder) else {
                throw .output("\(folder): cannot be written to, expected a place for \(path)")
            }
        }
    }

    /// Refuses to write over what may be somebody's only copy.
    private static func protect(
        _ configuration: TrainingConfiguration, overwrites: Bool
    ) throws(UsageError) {
        let files = FileManager.default
        guard !overwrites, !configuration.resumes else { return }
        let checkpoint = configuration.checkpoint ?? configuration.output + ".checkpoint"
        if files.fileExists(atPath: checkpoint) {
            throw UsageError(
                "\(checkpoint) is of an earlier run: --resume goes on with it, -y starts anew")
        }
        guard files.fileExists(atPath: configuration.output) else { return }
        let task = configuration.options.task
        if let heads = try? Heads(path: configuration.output), !heads.has(task) { return }
        throw UsageError(
            "\(configuration.output) exists; -y overwrites its head for the task \(task.rawValue)")
    }
}
