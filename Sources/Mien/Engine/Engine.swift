import Dispatch
import MienCore
import MienTensor
import MienVideo

/// From frames to rows: of a file, a camera, a list of pictures.
///
///     source ──frames──► crops ──batches──► encoder
///       │                  │                   │
///     places             rows               scores
///       ▼                  ▼                   ▼
///     reorder buffer ─────────────────────────────────► rows in order
///
/// Each stage has a serial queue of its own and a bounded channel to the next; rows are handed on by the caller's thread.
/// A stage knows its channels and nothing else, so this is the only type that knows all of them. The differences
/// between inputs are values: ``EnginePolicy``. The few batches there are go round: when the encoder is done with one,
/// the crop stage fills it again, so that a run allocates at its start and not again, however long it is.
///
/// The end travels down the channels behind the last element, and so does an error: everything decoded before it is
/// still delivered. A failure of the reader travels up, as cancelled channels. A ``Cancellation`` makes the source stage
/// act as if the input had ended.
///
/// Every member is used by one stage only, or is made to be shared: that is what makes the class `Sendable`.
package final class Engine: @unchecked Sendable {
    /// Where the encoder's time went.
    private(set) var encodingTime = Duration.zero
    /// The processor time of each stage; complete when ``run(quiet:onQuiet:deliver:)`` has returned.
    package private(set) var times = StageTimes()

    // Of the source and of the crop stage, each with all its parts.
    private var sourceSeconds = 0.0
    private var cropStageSeconds = 0.0

    private struct Captured: Sendable {
        let frame: VideoFrame
        let header: FrameHeader
        let place: Int
    }

    private let source: any Source
    private let crops: any CropProducer
    private let sink: RowSink
    private let read: (Batch) -> Void
    private let keepsEmbeddings: Bool
    private let cancellation: Cancellation

    private let order: ReorderBuffer
    private let frames: Channel<Captured>
    private let filled: Channel<Batch>
    private let empty: Channel<Batch>

    /// - Parameters:
    ///   - cancellation: Ends the source. The engine makes this request itself when nobody takes the rows any more.
    ///   - keepsEmbeddings: Whether rows have the embeddings of their crops.
    ///   - makeBatch: Makes one of the batches that go round.
    ///   - read: Fills a batch's embeddings and probabilities from its pixels. Runs on one queue.
    package init(
        source: any Source, crops: any CropProducer, policy: EnginePolicy = .wholeInput,
        cancellation: Cancellation, keepsEmbeddings: Bool = false, makeBatch: () -> Batch,
        read: @escaping (Batch) -> Void
    ) {
        self.source = source
        self.crops = crops
        self.cancellation = cancellation
        self.keepsEmbeddings = keepsEmbeddings
        self.read = read
        let empty = Channel<Batch>(capacity: policy.batchCount)
        let batches = (0..<policy.batchCount).map { _ in makeBatch() }
        for batch in batches { _ = empty.send(batch) }
        let waiting = policy.fillsBatches ? batches.reduce(0) { $0 + $1.rowLimit } : 0
        let order = ReorderBuffer(
            capacity: waiting + policy.reordered, maximumLatency: policy.maximumLatency)
        frames = Channel(capacity: policy.frames, policy: policy.overflow) { order.drop($0.place) }
        filled = Channel(capacity: policy.batches, policy: policy.overflow) { batch in
            order.settle(batch) { _ in .abandoned }
            _ = empty.send(batch)
        }
        sink = RowSink(order: order, empty: empty, filled: filled, policy: policy)
        (self.order, self.empty) = (order, empty)
    }

    /// The frames that had no place among those that wait, since they were last asked for.
    func takeLost() -> Int { order.takeLost() }

    /// Runs to the end of the source, calling `deliver` with every frame in order.
    ///
    /// - Parameters:
    ///   - quiet: After how many seconds without a frame, each time, `onQuiet` is called.
    package func run(
        quiet: Double = .infinity, onQuiet: () throws -> Void = {},
        deliver: (ReorderBuffer.Delivered) throws -> Void
    ) throws {
        let stages = DispatchGroup()
        let (processStart, threadStart) = (CPUTime.process, CPUTime.thread)
        for (name, stage) in [
            ("decode", runSource), ("crop", runCrops), ("encode", runEncoder),
        ] {
            DispatchQueue(label: "mien.\(name)", qos: .userInitiated).async(group: stages) {
                BusyThread.run(stage)
            }
        }
        defer {
            stop()
            stages.wait()
            let total = CPUTime.process - processStart
            times.convert = source.conversionSeconds
            times.decode = sourceSeconds - times.convert
            times.crop = crops.cropSeconds
            times.track = cropStageSeconds - times.crop
            times.write = CPUTime.thread - threadStart
            times.encode = max(0, total - sourceSeconds - cropStageSeconds - times.write)
        }
        var delivered = ReorderBuffer.Delivered()
        while true {
            switch try order.next(into: &delivered, quiet: quiet) {
            case .frame: try deliver(delivered)
            case .quiet: try onQuiet()
            case .end: return
            }
        }
    }

    /// Ends all stages at once.
    private func stop() {
        cancellation.cancel()
        frames.cancel()
        filled.cancel()
        empty.cancel()
        order.cancel()
    }

    @Sendable private func runSource() {
        let start = CPUTime.thread
        defer { sourceSeconds = CPUTime.thread - start }
        do {
            while !cancellation.isCancelled, let event = try source.next() {
                switch event {
                case .outage(let header, let reason):
                    _ = order.enter(FrameEntry(outage: reason, header))
                case .frame(let header):
                    guard let place = order.enter(FrameEntry(header)) else {
                        if order.isEnded { return }
                        continue
                    }
                    let frame = try source.picture()
                    guard frames.send(Captured(frame: frame, header: header, place: place)) else { return }
                }
            }
            frames.finish()
        } catch {
            frames.finish(throwing: error)
        }
    }

    @Sendable private func runCrops() {
        let start = CPUTime.thread
        defer { cropStageSeconds = CPUTime.thread - start }
        var failure: (any Error)?
        do {
            do {
                while let next = try frames.receive() {
                    sink.begin(next.header, place: next.place)
                    try crops.process(next.frame, into: sink)
                }
            } catch let error where !(error is RowSink.DownstreamEnded) {
                failure = error
            }
            try crops.finish(into: sink)
            try sink.flush()
        } catch {
            frames.cancel()
        }
        filled.finish(throwing: failure)
    }

    @Sendable private func runEncoder() {
        let clock = ContinuousClock()
        do {
            while let batch = try filled.receive() {
                encodingTime += clock.measure { read(batch) }
                order.settle(batch) { .ready(batch.result($0, keepsEmbedding: keepsEmbeddings)) }
                _ = empty.send(batch)
            }
            order.finish()
        } catch {
            order.finish(throwing: error)
        }
    }
}
