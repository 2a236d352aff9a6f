import MienCore
import MienFaces
import MienImage
import MienTable
import MienTimeline
import MienVideo

/// A live source that is open, and the rows that come of it.
///
/// ```swift
/// let run = try LiveRun("v4l2:///dev/video0", model: model)
/// try run.follow { reading in ... }
/// ```
package final class LiveRun {
    /// What a run shows of itself after each frame, and several times a second when there is none.
    package typealias Observer = (_ progress: LiveProgress, _ rows: [FaceReading]) -> Void
    /// Takes a frame's picture with its rows.
    package typealias PictureSink = (
        _ image: Image, _ timestamp: Double, _ number: Int, _ rows: [FaceReading]
    ) throws -> Void

    /// What a video made of the source's pictures has to be like.
    package var pictureFormat: PictureFormat { reader.pictureFormat }
    /// What the source is and how it was opened.
    package var properties: VideoProperties { reader.properties }
    /// What a camera calls itself.
    package var deviceName: String? { reader.deviceName }
    /// Whether frames come at their own pace, so that some may be dropped.
    package var isLive: Bool { reader.isLive }
    /// What is known of the source so far; whole when ``follow(observe:pictures:deliver:)`` has returned.
    package var report: LiveReport { reader.report }
    /// The figures of the whole run.
    package private(set) var progress = LiveProgress()
    /// What the user should know about the numbers.
    package var warnings: [String] { reader.report.warnings + (relative?.warnings ?? []) }
    package var baselines: [RunMetadata.FaceBaseline]? { relative?.baselines }

    private let reader: LiveReader
    private let model: Model
    private let configuration: LiveConfiguration
    private let relative: RelativeRows?
    private let tracker: FaceTracker
    private let cancelReading: Cancellation
    private var timeline: RowTimeline
    private var statistics = LiveStatistics()

    /// The most faces of a frame that are encoded together.
    private static let facesTogether = 32

    /// Opens the source.
    ///
    /// - Parameter cancellation: Ends opening, and later the run.
    /// - Throws: ``MienError``.
    package init(
        _ input: String, model: Model, configuration: LiveConfiguration = LiveConfiguration(),
        cancellation: Cancellation = Cancellation()
    ) throws(MienError) {
        try configuration.validate()
        self.model = model
        var configuration = configuration
        configuration.analysis.batchSize = Self.facesTogether
        self.configuration = configuration
        relative = try RelativeRows(configuration.analysis, model: model, isLive: true)
        timeline = try RowTimeline(Self.smoothing(configuration, model: model), relative: relative)
        // The first calls of encoder and detector take memory, and longer than the others: before frames come.
        model.encodeBlank(crops: 1, configuration.analysis)
        tracker = try model.faceTracker(isLive: true)
        tracker.prepare(width: 640, height: 360)
        cancelReading = Cancellation(following: cancellation)
        do {
            reader = try LiveReader(
                input, options: configuration.source.readerOptions(cancellation: cancelReading))
        } catch {
            throw .input("\(error)")
        }
    }

    /// The smoothing of a live run: over the past, and holding on to the last reading where there is no newer one.
    static func smoothing(_ configuration: LiveConfiguration, model: Model) -> SmoothingOptions {
        var options = model.smoothing(configuration.causalAnalysis)
        options.holdsLast = true
        return options
    }

    /// Follows the source to its end, or to the cancellation, and hands on every row in order, on this thread.
    ///
    /// - Throws: ``MienError``, or what the closures threw; the rows before a failure have been delivered.
    package func follow(
        observe: Observer? = nil, pictures: PictureSink? = nil, deliver: (FaceReading) throws -> Void
    ) throws {
        let cropper = model.faceCropper
        let crops = FaceCrops(
            tracker: tracker, cropper: cropper, selection: configuration.analysis.faces,
            reuse: configuration.reuseDistance.map { FaceReuse(distance: $0, cropper: cropper) },
            measures: try model.faceMeasures(configuration.analysis, isLive: true),
            keepsImages: pictures != nil)
        let duration = configuration.analysis.duration
        let engine = model.engine(
            LiveSource(reader, duration: duration), crops, configuration.analysis,
            policy: reader.isLive ? .live(maximumLatency: configuration.maximumLatency) : .playback,
            cancellation: cancelReading)
        statistics = LiveStatistics()
        defer { progress = statistics.update() }
        var rows: [FaceReading] = []
        var start: Double?
        try engine.run(
            into: &timeline, givesUnread: configuration.drops == .rows, quiet: Self.pulse,
            onQuiet: {
                // A source that is away gives no frame that would end the run.
                if let start, let duration, statistics.progress.outage != nil,
                    MonotonicClock.now - start >= duration
                {
                    cancelReading.cancel()
                }
                observe?(statistics.update(), [])
            },
            onFrame: { delivered in
                let entry = delivered.entry
                start = start ?? entry.header.captured
                statistics.add(entry, rows: rows)
                statistics.add(lost: engine.takeLost())
                if let pictures, let image = entry.image {
                    try pictures(image, entry.header.timestamp, entry.header.number, rows)
                }
                observe?(statistics.update(), rows)
                rows.removeAll(keepingCapacity: true)
            },
            deliver: { reading in
                rows.append(reading)
                try deliver(reading)
            })
    }

    /// How long nothing may happen until the observer is told so, in seconds.
    private static let pulse = 0.1
}
