import Dispatch
import MienFaces
import MienTensor
import MienTimeline
import MienVideo

/// The stages of a live run up to its rows, each on a queue of its own:
///
///     capture ─► ledger (in order, with deadlines) ──────────────────────────────► rows
///        └─► frames ─► faces ─► requests ─► encoder ─► scores ─┘
///
/// Capture never waits. Where a stage is slow, the newest frame takes the place of the one before it, which the
/// ledger then gives out as dropped. A source that can wait, such as a file, is read whole instead: then every
/// stage waits for the next.
final class LivePipeline: @unchecked Sendable {
    let ledger: LiveLedger

    private struct Captured: Sendable {
        /// The frame with the time it has for the tracker: an outage is no time in which faces are forgotten.
        let frame: VideoFrame
        let timestamp: Double
        let number: Int
        let place: Int
    }

    // Each is used by one queue, and by others only before `start()` and after `stop()`.
    private let reader: LiveReader
    private let faces: LiveFaces
    private let model: Model
    private let duration: Double?

    private let frames: Channel<Captured>
    private let requests: Channel<LiveRequest>
    private let empty: Channel<Batch>
    private let group = DispatchGroup()
    private let cancellation: VideoCancellation

    /// How many frames wait for their faces, and how many for the encoder: enough to get over a search of the whole
    /// picture, or a thread that is woken late, without a loss.
    private static let waitingFrames = 3
    private static let waitingRequests = 2
    /// Those that wait for the encoder, one that is in it, and one that is being filled.
    private static let batches = waitingRequests + 2
    /// What the tracker sees of an outage, in seconds.
    private static let visibleOutage = 0.5
    /// The most faces of a frame that are encoded.
    private static let mostFaces = 32

    init(
        reader: LiveReader, model: Model, tracker: FaceTracker, configuration: LiveConfiguration,
        keepsImages: Bool,
        cancellation: VideoCancellation
    ) {
        self.reader = reader
        self.model = model
        self.cancellation = cancellation
        duration = configuration.analysis.duration
        let policy: OverflowPolicy = reader.isLive ? .dropOldest : .wait
        // Somewhat before the bound: rows are smoothed and written, and threads woken, after the deadline.
        let margin = min(0.01, 0.1 * configuration.maximumLatency)
        let ledger = LiveLedger(patience: reader.isLive ? configuration.maximumLatency - margin : nil)
        let empty = Channel<Batch>(capacity: Self.batches)
        frames = Channel(capacity: Self.waitingFrames, policy: policy) { ledger.drop($0.place) }
        requests = Channel(capacity: Self.waitingRequests, policy: policy) { request in
            for scores in request.scores { scores.settle(.abandoned) }
            ledger.scoresSettled()
            _ = empty.send(request.batch)
        }
        var batching = configuration.analysis
        batching.batchSize = Self.mostFaces
        for _ in 0..<Self.batches { _ = empty.send(model.makeBatch(batching)) }
        self.ledger = ledger
        self.empty = empty
        faces = LiveFaces(
            tracker: tracker, cropper: model.faceCropper,
            configuration: configuration, empty: empty, requests: requests, ledger: ledger,
            keepsImages: keepsImages, isLive: reader.isLive)
    }

    func start() {
        for (name, stage) in [("capture", capture), ("faces", follow), ("encode", encode)] {
            DispatchQueue(label: "mien.live.\(name)", qos: .userInitiated).async(group: group) { stage() }
        }
    }

    /// Ends all stages at once and waits for them.
    func stop() {
        cancellation.cancel()
        frames.cancel()
        requests.cancel()
        empty.cancel()
        ledger.cancel()
        group.wait()
    }

    @Sendable private func capture() {
        var outages = 0
        var lastTimestamp = 0.0
        var lastCapture = 0.0
        var hidden = 0.0
        var isBack = false
        func entry(_ index: Int, _ timestamp: Double, pts: Int64?, captured: Double) -> LiveEntry {
            LiveEntry(
                unknown: FaceReading(
                    frame: index + 1 + outages, faceID: nil, timestamp: timestamp, status: .dropped, pts: pts),
                captured: captured)
        }
        var count = 0
        do {
            while let event = try reader.next() {
                switch event {
                case .frame(let frame):
                    if let duration, frame.timestamp >= duration { return frames.finish() }
                    let entry = entry(
                        frame.index, frame.timestamp, pts: frame.pts, captured: frame.captured)
                    if isBack {
                        hidden += max(0, frame.timestamp - lastTimestamp - Self.visibleOutage)
                        isBack = false
                    }
                    let place = ledger.enter(entry)
                    (lastTimestamp, lastCapture, count) = (frame.timestamp, frame.captured, frame.index + 1)
                    guard let place else { continue }
                    var picture = try frame.convert()
                    picture.timestamp -= hidden
                    let captured = Captured(
                        frame: picture, timestamp: frame.timestamp, number: entry.number, place: place)
                    guard frames.send(captured) else { return }
                case .outage(let outage):
                    // Between the last frame and the next, wherever the source's clock puts that.
                    let timestamp = lastTimestamp + max(outage.at - lastCapture, 1e-6)
                    var entry = entry(count, timestamp, pts: nil, captured: outage.at)
                    var row = entry.unknown
                    row.status = .outage
                    entry.outage = "\(outage.reason)"
                    entry.rows = [LiveRow(reading: row)]
                    outages += 1
                    _ = ledger.enter(entry)
                case .recovered:
                    isBack = true
                }
            }
            frames.finish()
        } catch VideoError.cancelled {
            frames.finish()
        } catch {
            frames.finish(throwing: error)
        }
    }

    @Sendable private func follow() {
        do {
            while let next = try frames.receive() {
                try faces.process(
                    next.frame, timestamp: next.timestamp, number: next.number, place: next.place)
            }
            requests.finish()
        } catch {
            requests.finish(throwing: error)
        }
    }

    @Sendable private func encode() {
        do {
            while let request = try requests.receive() {
                model.encode(request.batch)
                model.readHeads(request.batch)
                for (row, scores) in zip(request.batch.rows, request.scores) {
                    let reading = request.batch.reading(row)
                    scores.settle(
                        .ready(expression: reading.expression, actionUnits: reading.actionUnits))
                }
                ledger.scoresSettled()
                _ = empty.send(request.batch)
            }
            ledger.finish()
        } catch {
            ledger.finish(throwing: error)
        }
    }
}
