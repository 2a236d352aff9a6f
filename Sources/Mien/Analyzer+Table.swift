import Foundation
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
    /// The rows go to a file under a provisional name that becomes the table's own when the run has ended,
    /// whether the input was read to its end, ended early or was cancelled; the metadata say which. When
    /// writing fails, the whole rows written so far stay in the provisional file.
    ///
    /// - Parameters:
    ///   - input: What FFmpeg can open: a path, a URL, or `-` for standard input.
    ///   - replacing: Whether a table that is there may be replaced.
    ///   - progress: Told the number of frames done and, if the container says it, the number there are.
    /// - Throws: ``MienError``.
    @discardableResult
    public func annotate(
        _ input: String, to output: Output, replacing: Bool = false,
        configuration: Configuration = Configuration(), cancellation: Cancellation = Cancellation(),
        progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> AnalysisRun {
        // The input is opened first: a mistyped name must not leave an empty table.
        let opened = try OpenedInput(input, configuration: configuration)
        do {
            let path = if case .file(let path) = output { path } else { "-" }
            let table = TableWriter(sink: try TableOutput.sink(for: path, replacing: replacing))
            var failure: String?
            do {
                try stream(opened.reader, configuration: configuration, cancellation: cancellation) {
                    reading in
                    let frames = table.counts.frames
                    try table.write(reading)
                    if table.counts.frames > frames { progress?(frames + 1, opened.frameCount) }
                }
            } catch MienError.input(let reason) {
                // What could be read before the failure is a table too.
                failure = reason
            }
            try table.commit()
            var run = opened.run(counts: table.counts, cancellation: cancellation)
            run.endedEarly = failure ?? run.endedEarly
            if path != "-" {
                try metadata(of: run, input: input, configuration: configuration)
                    .write(to: RunMetadata.path(forTable: path))
            }
            return run
        } catch {
            throw MienError(error)
        }
    }

    /// What `NAME.meta.json` says of a run.
    func metadata(
        of run: AnalysisRun, input: String, configuration: Configuration
    ) throws(MienError) -> RunMetadata {
        let size = (try? FileManager.default.attributesOfItem(atPath: input))?[.size] as? Int64
        var metadata = RunMetadata(
            mien: mienVersion,
            input: .init(path: input, name: (input as NSString).lastPathComponent, bytes: size),
            model: .init(
                name: model.name, path: model.isEmbedded ? nil : model.folder,
                sha256: try model.fingerprint(),
                thresholds: model.actionUnitThresholds.isEmpty ? nil : model.actionUnitThresholds))
        let smoothing = smoothing(configuration)
        metadata.options = [
            "every": .integer(configuration.every),
            "faces": .text(configuration.faces.description),
            "gap-max": .number(smoothing.gapMaximum),
            "smooth-au": .number(smoothing.actionUnitSeconds),
            "smooth-expression": .number(smoothing.expressionSeconds),
            "start": configuration.start.map { .number($0) } ?? .none,
            "duration": configuration.duration.map { .number($0) } ?? .none,
        ]
        metadata.video = run.video
        metadata.counts = .init(
            run.counts, damagedFrames: run.damagedFrames, lostPackets: run.lostPackets)
        metadata.endedEarly = run.endedEarly
        metadata.interrupted = run.isInterrupted
        metadata.warnings = run.warnings
        return metadata
    }
}
