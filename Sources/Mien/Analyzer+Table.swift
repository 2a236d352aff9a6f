import Foundation
import MienCore
import MienTable
import MienTimeline

extension Analyzer {
    /// Where a table goes.
    public enum Output: Sendable {
        /// A file; `NAME.meta.json` is written beside it.
        case file(String)
        /// Standard output, without metadata.
        case standardOutput
    }

    /// Analyses a video and writes its table, and the metadata of the run beside it.
    ///
    /// The rows go to a file under a provisional name, `NAME.partial`, that becomes the table's own when the input has
    /// been read to its end, or as far as it can be; the metadata say which. Whatever else ends the run, a
    /// cancellation or a full disk or a kill, the whole rows written so far stay in the provisional file.
    ///
    /// Resuming goes on after the last whole row in the provisional file, to the very bytes of a run without
    /// an interruption. The input is decoded and tracked from its beginning, since what a row says depends on
    /// what came before it; the encoder, most of the work with a large model, is spared for the rows that are
    /// there, and each of them is compared with what this run makes of it.
    ///
    /// - Parameters:
    ///   - input: What FFmpeg can open: a path, a URL, or `-` for standard input.
    ///   - existing: The choice for a table that is there, and for the rows of an interrupted run. Where these are
    ///     continued, `input` must be a file.
    ///   - progress: Told the number of frames done and, if the container says it, the number there are.
    /// - Throws: ``MienError``.
    @discardableResult
    public func annotate(
        _ input: String, to output: Output, existing: ExistingTable = .refuse,
        configuration: Configuration = Configuration(), cancellation: Cancellation = Cancellation(),
        progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> AnalysisRun {
        // The input is opened first: a mistyped name must not leave an empty table.
        let opened = try OpenedInput(input, configuration: configuration)
        let relative = try RelativeRows(configuration, model: model)
        do {
            let path = if case .file(let path) = output { path } else { "-" }
            let description = try describe(input, configuration: configuration)
            guard description.input.isIdentified || !existing.isResumed else {
                throw MienError.configuration("\(input) cannot be resumed: expected a file")
            }
            let file =
                TableOutput.isFile(path)
                ? try TableFile(path: path, description: description, existing: existing) : nil
            let table = TableWriter(
                sink: try file?.sink ?? TableOutput.sink(for: path), groups: configuration.columnGroups)
            var failure: String?
            do {
                try stream(
                    StreamSource(opened.reader), recorded: file?.recorded, relative: relative,
                    configuration: configuration, cancellation: cancellation
                ) { reading in
                    // After the request to stop rows may be smoothed over too little.
                    guard !cancellation.isCancelled else { return }
                    try Self.write(reading, to: table) { progress?($0, opened.frameCount) }
                }
            } catch MienError.input(let reason) {
                // What could be read before the failure is a table too; nothing is none.
                guard table.counts.rows + (file?.recordedCount ?? 0) > 0 else {
                    file?.discard()
                    throw MienError.input(reason)
                }
                failure = reason
            }
            var run = opened.run(
                counts: table.counts, relative: relative, cancellation: cancellation)
            run.endedEarly = failure ?? run.endedEarly
            run.resumedRows = file?.recordedCount ?? 0
            if let file {
                if run.isInterrupted {
                    run.keptPartial = try file.keep(table)
                } else {
                    try file.commit(table, metadata: metadata(of: run, description: description))
                }
            } else {
                try table.commit()
            }
            return run
        } catch TimelineError.changed where existing == .resumeOrReplace {
            return try annotate(
                input, to: output, existing: .replace, configuration: configuration,
                cancellation: cancellation, progress: progress)
        } catch {
            throw MienError(error)
        }
    }

    private static func write(
        _ reading: FaceReading, to table: TableWriter, onFrame: (Int) -> Void
    ) throws {
        let frames = table.counts.frames
        try table.write(reading)
        if table.counts.rows % rowsAtRisk == 0 { try table.flush() }
        if table.counts.frames > frames { onFrame(frames + 1) }
    }

    /// The most rows that are not in the file yet when a run is killed, beside those that wait for smoothing.
    private static let rowsAtRisk = 16

    /// What is known of a run before it begins, and decides what it gives.
    func describe(_ input: String, configuration: Configuration) throws(MienError) -> RunMetadata {
        var metadata = RunMetadata(
            mien: mienVersion, input: .init(describing: input),
            model: try model.record())
        let smoothing = model.smoothing(configuration)
        metadata.columns += configuration.columnGroups.columns
        metadata.options = [
            "baseline": configuration.baseline.map { .text($0.identity) } ?? .none,
            "causal": smoothing.isCausal ? .flag(true) : .none,
            "every": .integer(configuration.every),
            "faces": .text(configuration.faces.description),
            "gap-max": .number(smoothing.gapMaximum),
            "precision": .text(model.precision.rawValue),
            "smooth-au": .number(smoothing.actionUnitSeconds),
            "smooth-expression": smoothing.expression,
            "start": configuration.start.map { .number($0) } ?? .none,
            "duration": configuration.duration.map { .number($0) } ?? .none,
        ]
        if let geometry = configuration.geometry {
            metadata.options["geometry"] = .flag(true)
            if geometry.hasBlendshapes { metadata.options["blendshapes"] = .flag(true) }
            metadata.options["focal"] =
                geometry.focalLength.map { .number($0) } ?? .text("assumed: 0.8 of the longer side")
        }
        if let stream = configuration.videoStream { metadata.options["video-stream"] = .integer(stream) }
        return metadata
    }

    /// What `NAME.meta.json` says of a run.
    func metadata(of run: AnalysisRun, description: RunMetadata) -> RunMetadata {
        var metadata = description
        metadata.video = run.video
        metadata.counts = .init(
            run.counts, damagedFrames: run.damagedFrames, lostPackets: run.lostPackets)
        metadata.endedEarly = run.endedEarly
        metadata.interrupted = run.isInterrupted
        metadata.warnings = run.warnings
        metadata.baselines = run.baselines
        return metadata
    }
}
