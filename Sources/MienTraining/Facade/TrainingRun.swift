import Dispatch
import Foundation
import MienCore
import MienHash
import MienHeads
import MienTensor

/// `mien train`: from labelled data to heads and a training record.
package struct TrainingRun {
    package let configuration: TrainingConfiguration
    /// Embeds images and videos; not needed for features.
    package var embedder: (any SampleEmbedder)?

    package init(_ configuration: TrainingConfiguration, embedder: (any SampleEmbedder)? = nil) {
        self.configuration = configuration
        self.embedder = embedder
    }

    /// What came of it.
    package struct Outcome {
        package let bestEpoch: Int
        package let history: [EpochRecord]
        /// The head's scores on the validation set; nil without one.
        package let validation: EvaluationReport?
        /// Whether it was cancelled. The checkpoint holds where it stands; heads were written if at least one
        /// epoch was finished.
        package let wasInterrupted: Bool
        /// Where the training record is.
        package let manifest: String
    }

    /// Trains, and writes the heads to `configuration.output` and the record to `mien.json` beside them.
    package func run(
        isCancelled: () -> Bool = { false }, event: (TrainingEvent) -> Void = { _ in }
    ) throws -> Outcome {
        var options = configuration.options
        try options.validate()
        let data = try prepare(event: event)
        event(.counts(counts(of: data)))
        if let warning = ClassCounts(data.train).warning { event(.note(warning)) }
        if configuration.isBalanced {
            let counts = ClassCounts(data.train)
            switch options.task {
            case .expression: options.loss.classWeights = counts.balancedClassWeights
            case .actionUnits: options.loss.positiveWeights = counts.balancedPositiveWeights
            }
        }
        // Hashing goes over all of the data once: it runs beside the training.
        let hashes = Hashes(sources)
        let workers = Workers(count: configuration.threads)
        var trainer = Trainer(options: options, workers: workers)
        let checkpoint = configuration.checkpoint ?? configuration.output + ".checkpoint"
        trainer.checkpoint = checkpoint
        trainer.resumes = configuration.resumes && FileManager.default.fileExists(atPath: checkpoint)
        let result = try trainer.run(
            train: data.train, validation: data.validation, isCancelled: isCancelled, event: event)
        let manifestPath =
            (configuration.output.parentFolder as NSString)
            .appendingPathComponent("mien.json")
        guard result.bestEpoch > 0 else {
            return Outcome(
                bestEpoch: 0, history: result.history, validation: nil, wasInterrupted: true,
                manifest: manifestPath)
        }
        var manifest = ModelManifest()
        if FileManager.default.fileExists(atPath: manifestPath) {
            manifest = try ModelManifest(path: manifestPath)
        }
        let heads = Heads([result.head], workers: workers)
        calibrate(&manifest, on: try data.calibration.map { try (Predictions(heads, $0), $0) })
        let report = try data.validation.map { set in
            EvaluationReport(try Predictions(heads, set), set, manifest: manifest)
        }
        let record = TrainingRecord(
            configuration: configuration, options: options, data: data, result: result, report: report,
            calibration: manifest.calibration, hashes: result.wasInterrupted ? [:] : try hashes.wait())
        record.store(in: &manifest)
        try HeadsFile.write([result.head], to: configuration.output)
        try manifest.write(to: manifestPath)
        return Outcome(
            bestEpoch: result.bestEpoch, history: result.history, validation: report,
            wasInterrupted: result.wasInterrupted, manifest: manifestPath)
    }

    /// The parts of the data, disjoint by group where they come from one source.
    struct Parts {
        var train: Dataset
        var validation: Dataset?
        var calibration: Dataset?
    }

    private var sources: [DataSource] {
        [configuration.train] + (configuration.validation.map { [$0] } ?? [])
    }

    /// Loads the data and divides it.
    func prepare(event: (TrainingEvent) -> Void) throws -> Parts {
        var loader = DataLoader(task: configuration.options.task)
        loader.unit = configuration.split
        loader.cache = configuration.cache
        loader.embedder = embedder
        var parts = Parts(train: try loader.load(configuration.train, event: event))
        var validation = configuration.validation
        if validation == nil, configuration.split == nil, configuration.train.isFolder,
            configuration.train.part ?? .train == .train
        {
            validation = configuration.train
            validation?.part = .validation
        }
        let seed = configuration.options.seed
        if let validation {
            parts.validation = try loader.load(validation, event: event)
        } else if let split = configuration.split {
            let (kept, left) = try Split.byGroup(
                parts.train, fraction: configuration.validationFraction, seed: seed,
                option: "--split \(split.rawValue)")
            parts.train = kept
            parts.validation = left
        } else {
            event(
                .note(
                    "No validation data: the weights of the last epoch are kept. --val or --split choose the best."
                ))
        }
        let groups = Split.groupCount(parts.train)
        if configuration.calibrationFraction > 0 {
            if groups >= 10 {
                let (kept, left) = try Split.byGroup(
                    parts.train, fraction: configuration.calibrationFraction, seed: seed &+ 1,
                    option: "--calibration-split")
                parts.train = kept
                parts.calibration = left
            } else {
                event(
                    .note(
                        "\(groups == 0 ? "No subjects or videos are known" : "Only \(counted(groups, "subject")) or \(groups == 1 ? "video" : "videos")"), so "
                            + "none are held out to fit temperature and thresholds: they stay at 1 and 0.5."))
            }
        }
        return parts
    }

    private func counts(of data: Parts) -> TextTable {
        var parts = [(name: "train", counts: ClassCounts(data.train))]
        if let set = data.validation { parts.append(("validation", ClassCounts(set))) }
        if let set = data.calibration { parts.append(("calibration", ClassCounts(set))) }
        return ClassCounts.table(parts)
    }

    /// Fits the calibration of this task, or sets it back: an older head's is not this one's.
    private func calibrate(_ manifest: inout ModelManifest, on data: (Predictions, Dataset)?) {
        if let (predictions, dataset) = data {
            manifest.calibration = CalibrationFit.fit(
                predictions, labels: dataset.labels, keeping: manifest.calibration)
            return
        }
        switch configuration.options.task {
        case .expression: manifest.calibration.expressionTemperature = 1
        case .actionUnits:
            manifest.calibration.actionUnitThresholds = Calibration().actionUnitThresholds
            manifest.calibration.actionUnitScale = nil
            manifest.calibration.actionUnitBias = nil
        }
    }
}

/// SHA-256 of files, computed on a thread of its own.
private final class Hashes: @unchecked Sendable {
    private let group = DispatchGroup()
    private var result: Result<[String: String], TrainingError> = .success([:])

    init(_ sources: [DataSource]) {
        let files = sources.filter { !$0.isFolder }.map(\.path)
        DispatchQueue(label: "mien.hash", qos: .utility).async(group: group) { [self] in
            result = Result { () throws(TrainingError) in
                var hashes: [String: String] = [:]
                for path in files {
                    do { hashes[path] = try ContentHash.file(path) } catch {
                        throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
                    }
                }
                return hashes
            }
        }
    }

    func wait() throws(TrainingError) -> [String: String] {
        group.wait()
        return try result.get()
    }
}
