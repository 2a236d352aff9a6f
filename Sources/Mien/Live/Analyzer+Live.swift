import MienCore
import MienTable
import MienTimeline

extension Analyzer {
    /// Follows a camera, a stream, a pipe or a file, and calls `deliver` with each row as it comes, in order, on the
    /// calling thread.
    ///
    /// ```swift
    /// try analyzer.follow("v4l2:///dev/video0") { reading in
    ///     print(reading.timestamp, reading.smoothedExpression?.dominant ?? "no face")
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - source: `v4l2:///dev/video0` or `/dev/video0`, an address such as `rtsp://...`, a file, or `-` for
    ///     standard input.
    ///   - cancellation: Ends the run when cancelled, after the rows in flight.
    ///   - observe: Told the figures after each frame, and ten times a second while there is none.
    ///   - deliver: Takes a row; an error it throws ends the run and comes out of this call.
    /// - Returns: The figures of the whole run.
    /// - Throws: ``MienError``, or what `deliver` threw; the rows before a failure have been delivered.
    @discardableResult
    public func follow(
        _ source: String, configuration: LiveConfiguration = LiveConfiguration(),
        cancellation: Cancellation = Cancellation(), observe: ((LiveProgress) -> Void)? = nil,
        deliver: (FaceReading) throws -> Void
    ) throws -> LiveProgress {
        let run = try LiveRun(
            source, model: model, configuration: configuration, cancellation: cancellation)
        try run.follow(
            observe: observe.map { observe in { progress, _ in observe(progress) } },
            deliver: deliver)
        return run.progress
    }

    /// The rows of a live source, in order, as an asynchronous sequence. A slow reader of it slows a file down, and
    /// makes a camera's frames `dropped`.
    public func readings(
        following source: String, configuration: LiveConfiguration = LiveConfiguration()
    ) -> Readings {
        Readings { cancellation, deliver in
            try self.follow(
                source, configuration: configuration, cancellation: cancellation, deliver: deliver)
        }
    }

    /// What `NAME.meta.json` says of a live run.
    ///
    /// - Parameter failure: What ended the run, if something did.
    package func metadata(
        of run: LiveRun, source: String, configuration: LiveConfiguration, counts: TableCounts,
        isInterrupted: Bool, failure: String? = nil
    ) throws(MienError) -> RunMetadata {
        var metadata = try describe(source, configuration: configuration.causalAnalysis)
        metadata.options["start"] = nil
        metadata.options["every"] = nil
        metadata.options["live"] = .flag(true)
        metadata.options["max-latency"] = .number(configuration.maximumLatency)
        metadata.options["reuse"] = configuration.reuseDistance.map { .number($0) } ?? .text("off")
        metadata.options["drops"] = .text(configuration.drops.rawValue)
        metadata.video = RunMetadata.Video(run.properties, timeSource: "live")
        let report = run.report
        metadata.counts = .init(
            counts, damagedFrames: report.damagedFrames, lostPackets: report.lostPackets + report.emptyBuffers
        )
        metadata.endedEarly = report.endedEarly ?? failure
        metadata.interrupted = isInterrupted
        metadata.warnings = run.warnings
        metadata.baselines = run.baselines
        return metadata
    }
}
