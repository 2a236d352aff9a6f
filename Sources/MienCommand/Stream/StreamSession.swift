import Foundation
import Mien
import MienCore
import MienTimeline

/// A live run with everything that its rows go to, from the first to the last.
final class StreamSession {
    private let run: LiveRun
    private let analyzer: Analyzer
    private let source: String
    private let configuration: LiveConfiguration
    private let outputs: StreamOutputs
    private let overlay: LiveOverlay?
    private let screen: TerminalScreen?
    private let isQuiet: Bool
    private var scene = LiveScene()
    private var isAway = false

    init(
        run: LiveRun, analyzer: Analyzer, source: String, configuration: LiveConfiguration,
        outputs: StreamOutputs, overlay: LiveOverlay?, shows: Bool, isQuiet: Bool
    ) {
        self.run = run
        self.analyzer = analyzer
        self.source = source
        self.configuration = configuration
        self.outputs = outputs
        self.overlay = overlay
        self.isQuiet = isQuiet
        screen = shows ? TerminalScreen(descriptor: STDERR_FILENO) : nil
        scene.source = run.deviceName.map { "\($0) (\(source))" } ?? source
        scene.decisions = analyzer.model.decisions
        scene.size = (run.properties.width, run.properties.height)
    }

    /// Follows the source to its end.
    func follow(_ cancellation: Cancellation) throws -> ExitCode {
        defer { screen?.restore() }
        // A run that is killed has metadata, too; they say that it did not end.
        try writeMetadata(isInterrupted: true)
        greet()
        var failure: (any Error)?
        do {
            try run.follow(
                observe: observe,
                pictures: overlay.map { overlay in
                    { image, timestamp, number, rows in
                        if let failure = overlay.failure { throw failure }
                        overlay.send(image, timestamp: timestamp, number: number, readings: rows)
                    }
                }
            ) { try outputs.write($0) }
        } catch {
            failure = error
        }
        // At once: files may take a while to end, and a second Ctrl-C ends the process.
        screen?.restore()
        finish(isInterrupted: cancellation.isCancelled, &failure)
        if let failure {
            if let error = failure as? TimelineError, error.isClosedPipe {
                // `| head` has what it wanted.
                return .done
            }
            throw failure as? MienError ?? MienError.output("\(failure)")
        }
        for warning in run.warnings { Console.say(warning) }
        if let reason = run.report.endedEarly {
            Console.say(reason)
            return .input
        }
        if !isQuiet { Console.say(summary) }
        return cancellation.isCancelled ? .interrupted : .done
    }

    private func greet() {
        guard !isQuiet, screen == nil else { return }
        let properties = run.properties
        let rate = properties.averageFrameRate.map { String(format: " at %.4g frames/s", $0.value) } ?? ""
        Console.say(
            "\(scene.source): \(properties.codec) \(properties.width)x\(properties.height)\(rate); Ctrl-C ends"
        )
    }

    private func observe(_ progress: LiveProgress, _ rows: [FaceReading]) {
        if let reason = progress.outage, !isAway {
            isAway = true
            say("\(reason); trying again")
        } else if progress.outage == nil, isAway {
            isAway = false
            say("\(source) is back")
        }
        guard let screen else { return }
        scene.framesPerSecond = progress.framesPerSecond
        scene.latencyMedian = progress.latencyMedian
        scene.latency95 = progress.latency95
        scene.frames = progress.frames
        scene.droppedFrames = progress.droppedFrames
        scene.droppedRows = progress.droppedFaces
        let faces = progress.encodedFaces + progress.heldFaces + progress.droppedFaces
        scene.heldShare =
            configuration.reuseDistance != nil && faces > 0
            ? Double(progress.heldFaces) / Double(faces) : nil
        scene.elapsed = progress.elapsed
        scene.outage = progress.outage
        // A frame that nobody looked at does not say that the faces are gone.
        let isKnown = rows.contains { $0.faceID != nil || $0.status != .dropped }
        if isKnown { scene.faces = rows.compactMap { LiveScene.Face($0) } }
        screen.show(scene)
    }

    private func say(_ message: String) {
        if let screen { screen.say(message) } else { Console.say(message) }
    }

    /// Ends every output, whatever became of the others, and notes the first failure.
    private func finish(isInterrupted: Bool, _ failure: inout (any Error)?) {
        func attempt(_ end: () throws -> Void) {
            do { try end() } catch { failure = failure ?? error }
        }
        attempt(outputs.commit)
        attempt {
            guard let drawn = try overlay?.finish() else { return }
            for warning in drawn.warnings { say(warning) }
        }
        let reason = failure.map { "\($0)" }
        attempt { try writeMetadata(isInterrupted: isInterrupted, failure: reason) }
    }

    private func writeMetadata(isInterrupted: Bool, failure: String? = nil) throws {
        guard let path = outputs.path else { return }
        try analyzer.metadata(
            of: run, source: source, configuration: configuration, counts: outputs.counts,
            isInterrupted: isInterrupted, failure: failure
        ).write(to: RunMetadata.path(forTable: path))
    }

    private var summary: String {
        let progress = run.progress
        func milliseconds(_ seconds: Double?) -> String {
            seconds.map { String(format: "%.0f", $0 * 1000) } ?? "-"
        }
        let latency =
            run.isLive
            ? ", \(progress.droppedFrames) dropped, latency \(milliseconds(progress.latencyMedian)) ms (95 %: \(milliseconds(progress.latency95)) ms)"
            : ""
        return
            "\(source): \(counted(progress.frames, "frame")), \(counted(outputs.counts.faces.count, "face")), "
            + "\(counted(outputs.counts.rows, "row")), \(counted(progress.encodedFaces, "face")) encoded and \(progress.heldFaces) held\(latency)"
    }
}
