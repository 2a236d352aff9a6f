import MienFaces
import MienTensor
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
    /// What is known of the source so far; whole when ``follow(cancellation:observe:pictures:deliver:)`` has returned.
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
    private let cancelReading = VideoCancellation()
    private var smoother: TimelineSmoother
    private var statistics = LiveStatistics()

    /// Opens the source.
    ///
    /// - Parameter cancellation: Ends opening, too.
    /// - Throws: ``MienError``.
    package init(
        _ input: String, model: Model, configuration: LiveConfiguration = LiveConfiguration(),
        cancellation: Cancellation = Cancellation()
    ) throws(MienError) {
        try configuration.validate()
        self.model = model
        self.configuration = configuration
        relative = try RelativeRows(configuration.analysis, model: model, isLive: true)
        do {
            smoother = try TimelineSmoother(options: Self.smoothing(configuration, model: model))
        } catch {
            throw .configuration("\(error)")
        }
        // The first calls of encoder and detector take memory, and longer than the others: before frames come.
        model.encodeBlank(crops: 1, configuration.analysis)
        tracker = try model.faceTracker(isLive: true)
        tracker.prepare(width: 640, height: 360)
        let cancelReading = cancelReading
        reader = try cancellation.whileWatching({ cancelReading.cancel() }) { () throws(MienError) in
            do {
                return try LiveReader(
                    input, options: configuration.source.readerOptions(cancellation: cancelReading))
            } catch {
                throw .input("\(error)")
            }
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
        cancellation: Cancellation = Cancellation(), observe: Observer? = nil, pictures: PictureSink? = nil,
        deliver: (FaceReading) throws -> Void
    ) throws {
        let cancelReading = cancelReading
        try cancellation.whileWatching({ cancelReading.cancel() }) {
            try followToEnd(observe: observe, pictures: pictures, deliver: deliver)
        }
    }

    private func followToEnd(
        observe: Observer?, pictures: PictureSink?, deliver: (FaceReading) throws -> Void
    ) throws {
        let pipeline = LivePipeline(
            reader: reader, model: model, tracker: tracker, configuration: configuration,
            keepsImages: pictures != nil,
            cancellation: cancelReading)
        statistics = LiveStatistics()
        pipeline.start()
        defer {
            pipeline.stop()
            progress = statistics.update()
        }
        var rows: [FaceReading] = []
        var start: Double?
        func emit(_ reading: FaceReading) throws {
            rows.append(reading)
            try deliver(reading)
        }
        func smoothed(_ reading: FaceReading) throws {
            if let relative { try relative.push(reading, emit: emit) } else { try emit(reading) }
        }
        func end() throws {
            try smoother.finish(emit: smoothed)
            try relative?.finish(emit: emit)
        }
        do {
            while true {
                switch try pipeline.ledger.next(quiet: Self.pulse) {
                case .entry(let entry, let late):
                    start = start ?? entry.captured
                    rows.removeAll(keepingCapacity: true)
                    for reading in late { smoother.addLate(reading) }
                    if entry.rows != nil || configuration.drops == .rows {
                        for row in entry.rows?.map(\.result) ?? [entry.unknown] {
                            try smoother.push(row, emit: smoothed)
                        }
                    }
                    statistics.add(entry, rows: rows)
                    statistics.add(lost: pipeline.ledger.takeLost())
                    if let pictures, let image = entry.image {
                        try pictures(image, entry.unknown.timestamp, entry.number, rows)
                    }
                    observe?(statistics.update(), rows)
                case .quiet:
                    // A source that is away gives no frame that would end the run.
                    if let start, let duration = configuration.analysis.duration,
                        statistics.progress.outage != nil,
                        MonotonicClock.now - start >= duration
                    {
                        cancelReading.cancel()
                    }
                    observe?(statistics.update(), [])
                case .end:
                    return try end()
                }
            }
        } catch let error as VideoError {
            try end()
            throw MienError.input("\(error)")
        }
    }

    /// How long nothing may happen until the observer is told so, in seconds.
    private static let pulse = 0.1
}
