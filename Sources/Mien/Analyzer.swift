import Foundation
@_exported public import MienCore
import MienFaces
@_exported public import MienTable
@_exported public import MienTimeline
import MienVideo

/// Reads the expressions and action units of the faces in video.
///
/// ```swift
/// let analyzer = try Analyzer()
/// for try await reading in analyzer.readings(of: "clip.mp4") {
///     print(reading.timestamp, reading.smoothedExpression?.dominant ?? "no face")
/// }
/// ```
///
/// An analyzer can be used from several tasks at once; their encoder calls take turns, since each already
/// uses every core.
public final class Analyzer: Sendable {
    /// The model whose numbers come out.
    public let model: Model

    /// Creates an analyzer with a model of your own.
    ///
    /// - Throws: ``MienError/model(_:)`` if the folder has no heads: it is good for embeddings only.
    public init(model: Model) throws(MienError) {
        guard model.heads != nil else {
            throw .model(
                "\(model.folder): no heads.safetensors: expected a model folder with heads, as "
                    + "'mien model import' makes from a CLIP folder")
        }
        self.model = model
    }

    /// Creates an analyzer with the model that is built in.
    public convenience init() throws(MienError) {
        try self.init(model: .embedded())
    }

    /// The rows of a video file, a still image or a numbered image sequence, in order.
    public func readings(of input: String, configuration: Configuration = Configuration()) -> Readings {
        Readings { cancellation, deliver in
            try self.analyze(
                input, configuration: configuration, cancellation: cancellation, deliver: deliver)
        }
    }

    /// Analyses a video and calls `deliver` with each row in order, on the calling thread.
    ///
    /// - Parameters:
    ///   - input: What FFmpeg can open: a path, a URL, or `-` for standard input.
    ///   - cancellation: Stops the run when cancelled, after the rows in flight.
    ///   - progress: Told the number of frames done and, if the container says it, the number there are.
    ///   - deliver: Takes a row; an error it throws ends the run and comes out of this call.
    /// - Returns: What the run found out about the input.
    /// - Throws: ``MienError``, or what `deliver` threw; the rows before a failure have been delivered.
    @discardableResult
    public func analyze(
        _ input: String, configuration: Configuration = Configuration(),
        cancellation: Cancellation = Cancellation(), progress: ((Int, Int?) -> Void)? = nil,
        deliver: (FaceReading) throws -> Void
    ) throws -> AnalysisRun {
        let opened = try OpenedInput(input, configuration: configuration)
        let relative = try RelativeRows(configuration, model: model)
        var counts = TableCounts()
        try stream(
            StreamSource(opened.reader), relative: relative, configuration: configuration,
            cancellation: cancellation
        ) { reading in
            let frames = counts.frames
            counts.add(reading)
            if counts.frames > frames { progress?(counts.frames, opened.frameCount) }
            try deliver(reading)
        }
        return opened.run(counts: counts, relative: relative, cancellation: cancellation)
    }

    /// Runs a source through the engine.
    ///
    /// - Parameters:
    ///   - recorded: Rows of an earlier run whose scores are taken instead of encoding their faces.
    ///   - relative: The differences from a baseline, if the run has one.
    /// - Returns: The engine, for its figures.
    /// - Throws: ``MienError``, or what `deliver` threw.
    @discardableResult
    package func stream(
        _ source: any Source, recorded: RecordedRows? = nil, relative: RelativeRows? = nil,
        configuration: Configuration, cancellation: Cancellation, deliver: (FaceReading) throws -> Void
    ) throws -> Engine {
        let engine = model.engine(
            source, try model.faceCrops(configuration, recorded: recorded), configuration,
            cancellation: Cancellation(following: cancellation))
        var timeline = try RowTimeline(model.smoothing(configuration), relative: relative)
        try engine.run(into: &timeline, deliver: deliver)
        return engine
    }
}

extension Model {
    /// The smoothing of a run: what was asked for, or else what the model says.
    func smoothing(_ configuration: Configuration) -> SmoothingOptions {
        var options = SmoothingOptions()
        if let seconds = configuration.expressionWindow {
            (options.expressionSeconds, options.expressionVotes) = (seconds, configuration.expressionVotes)
        } else if let model = manifest?.smoothing {
            (options.expressionSeconds, options.expressionVotes) =
                (model.expressionSeconds, model.expressionVotes)
        }
        if let seconds = configuration.actionUnitWindow ?? manifest?.smoothing.actionUnitSeconds {
            options.actionUnitSeconds = seconds
        }
        options.gapMaximum = configuration.gapMaximum
        options.isCausal = configuration.isCausal
        return options
    }
}
