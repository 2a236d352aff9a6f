import Mien
import MienCore

/// How a live source is kept up with: latency, losses, processor time, and what the process holds after a tenth of
/// the run and at its end.
package struct LiveBench: Codable, Sendable {
    /// The source, and the size of its pictures.
    package private(set) var source: String
    package private(set) var width: Int
    package private(set) var height: Int
    /// The bound on latency in seconds.
    package private(set) var maximumLatency: Double
    /// The figures of the whole run.
    package private(set) var progress = LiveProgress()
    /// The frames that were not dropped before their faces were looked for, as a share.
    package private(set) var keptFrames = 0.0
    /// The faces that were encoded or held, as a share of all faces seen.
    package private(set) var readFaces = 0.0
    /// What the process holds when a tenth of the time has passed, and at the end.
    package private(set) var early = ProcessUse()
    package private(set) var late = ProcessUse()

    enum CodingKeys: String, CodingKey {
        case source, width, height, progress, early, late
        case maximumLatency = "max_latency"
        case keptFrames = "kept_frames"
        case readFaces = "read_faces"
    }

    /// Follows `source` for the configuration's duration, or to its end.
    ///
    /// - Throws: ``MienError``.
    package init(
        model: Model, source: String, configuration: LiveConfiguration, cancellation: Cancellation
    ) throws {
        self.source = source
        maximumLatency = configuration.maximumLatency
        let run = try LiveRun(source, model: model, configuration: configuration, cancellation: cancellation)
        (width, height) = (run.properties.width, run.properties.height)
        var early: ProcessUse?
        var late = ProcessUse()
        var nextSample = 0.0
        let tenth = 0.1 * (configuration.analysis.duration ?? 600)
        try run.follow(
            observe: { progress, _ in
                if early == nil, progress.elapsed >= tenth { early = .now }
                // Before the end of the run, as its threads end with it.
                if progress.elapsed >= nextSample {
                    late = .now
                    nextSample = progress.elapsed + 0.5
                }
            }
        ) { _ in }
        progress = run.progress
        self.late = late
        self.early = early ?? late
        keptFrames = 1 - Double(progress.droppedFrames) / Double(max(progress.frames, 1))
        let read = progress.encodedFaces + progress.heldFaces
        readFaces = Double(read) / Double(max(read + progress.droppedFaces, 1))
    }
}
