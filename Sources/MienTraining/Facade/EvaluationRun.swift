import Foundation
import MienCore
import MienHeads
import MienTensor

/// Everything `mien evaluate` is told when it measures heads.
package struct EvaluationConfiguration: Codable, Sendable, Equatable {
    package var task: HeadTask
    /// `heads.safetensors`, or the model folder it is in.
    package var heads: String
    /// What is measured against.
    package var data: DataSource
    /// Where temperature and thresholds are fitted: a split of the training data, never the data that are measured.
    /// nil takes those of `mien.json`.
    package var tuneOn: DataSource?
    /// Where features of images and videos are kept.
    package var cache: String?
    /// The threads to use; changes no digit.
    package var threads = 1

    package init(task: HeadTask, heads: String, data: DataSource) {
        self.task = task
        self.heads = heads
        self.data = data
    }
}

/// `mien evaluate`: heads against labels.
package struct EvaluationRun {
    package let configuration: EvaluationConfiguration
    /// Embeds images and videos; not needed for features.
    package var embedder: (any SampleEmbedder)?

    package init(_ configuration: EvaluationConfiguration, embedder: (any SampleEmbedder)? = nil) {
        self.configuration = configuration
        self.embedder = embedder
    }

    /// The scores.
    package func run(event: (TrainingEvent) -> Void = { _ in }) throws -> EvaluationReport {
        let (heads, manifest, notes) = try model(event: event)
        let dataset = try loader.load(configuration.data, event: event)
        try check(heads, dataset)
        var report = EvaluationReport(try Predictions(heads, dataset), dataset, manifest: manifest)
        report.notes += notes
        return report
    }

    /// Writes a submission file for the frames of the data, labelled or not, smoothed as the manifest says.
    ///
    /// - Parameter template: A file whose first column lists the images to answer for, as challenges give out; a
    ///   frame without a prediction takes that of the nearest one before it in the same video, or after it. nil
    ///   answers for all frames there are.
    /// - Returns: How many frames the file has.
    package func submission(
        to path: String, template: String? = nil, event: (TrainingEvent) -> Void = { _ in }
    ) throws -> Int {
        let (heads, manifest, _) = try model(event: event)
        let dataset = try loader.load(configuration.data, event: event)
        try check(heads, dataset)
        guard let names = dataset.names else {
            throw TrainingError.data(
                path: configuration.data.path,
                reason: "its frames have no names, expected Aff-Wild2's folders for a submission")
        }
        let samples = Array(0..<dataset.labels.count)
        let predictions = try Predictions(heads, dataset, samples: samples)
        let calibration = manifest?.calibration ?? Calibration()
        var probabilities = predictions.probabilities(calibration)
        let smoothing = manifest?.smoothing ?? Smoothing()
        let window =
            configuration.task == .expression ? smoothing.expressionSeconds : smoothing.actionUnitSeconds
        if window > 0, let tracks = dataset.tracks ?? dataset.groups, let times = dataset.times {
            probabilities = TemporalMean.apply(
                probabilities, outputs: configuration.task.outputs, samples: samples, groups: tracks,
                times: times, window: window,
                votes: configuration.task == .expression && smoothing.expressionVotes)
        }
        return try Submission(
            task: configuration.task, names: names, probabilities: probabilities,
            thresholds: calibration.actionUnitThresholds
        ).write(to: path, template: template)
    }

    private var loader: DataLoader {
        var loader = DataLoader(task: configuration.task)
        loader.cache = configuration.cache
        loader.embedder = embedder
        return loader
    }

    private func model(
        event: (TrainingEvent) -> Void
    ) throws -> (heads: Heads, manifest: ModelManifest?, notes: [String]) {
        var path = configuration.heads
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            path += "/heads.safetensors"
        }
        let heads = try Heads(path: path, workers: Workers(count: configuration.threads))
        guard heads.has(configuration.task) else {
            throw TrainingError.data(
                path: path, reason: "has no head for the task \(configuration.task.rawValue)")
        }
        let manifestPath =
            (path.parentFolder as NSString).appendingPathComponent("mien.json")
        var manifest: ModelManifest?
        if FileManager.default.fileExists(atPath: manifestPath) {
            manifest = try ModelManifest(path: manifestPath)
        }
        guard let source = configuration.tuneOn else { return (heads, manifest, []) }
        let tuning = try loader.load(source, event: event)
        try check(heads, tuning)
        var tuned = manifest ?? ModelManifest()
        tuned.calibration = CalibrationFit.fit(
            try Predictions(heads, tuning), labels: tuning.labels, keeping: tuned.calibration)
        return (heads, tuned, ["Temperature and thresholds were fitted on \(tuning.path)."])
    }

    private func check(_ heads: Heads, _ dataset: Dataset) throws(TrainingError) {
        guard heads.width == dataset.width else {
            throw .data(
                path: dataset.path,
                reason:
                    "features are \(dataset.width) wide, the heads in \(configuration.heads) expect \(heads.width)"
            )
        }
    }
}
