import Dispatch
import MienTensor
import MienVideo

/// From frames to encoded batches.
///
///     source ─frames─► crops ─filled─► encoder ─encoded─► consumer
///                        ▲                                   │
///                        └───────────── empty ───────────────┘
///
/// Each stage has a serial queue of its own, and a bounded channel on each side; the consumer runs on the
/// caller's thread. A stage knows its channels and nothing else, so this is the only type that knows all
/// stages. The few batches there are go round: what the consumer is done with, the crop stage fills again,
/// so a run allocates at its start and not again, however long the clip.
///
/// The end travels down the channels behind the last element, and so does an error: everything decoded
/// before it is still delivered. A failure of the consumer travels up, as cancelled channels. A
/// ``Cancellation`` makes the source stage act as if the input had ended.
///
/// Every member is used by one stage only, or is a channel: that is what makes the class `Sendable`.
package final class Pipeline: @unchecked Sendable {
    /// Where the encoder's time went.
    private(set) var encodingTime = Duration.zero
    /// The processor time of each stage; complete when ``run(_:)`` has returned.
    package private(set) var times = StageTimes()
    /// The number of frames decoded so far.
    private(set) var frameCount = 0

    // Of the source and of the crop stage, each with all its parts.
    private var sourceSeconds = 0.0
    private var cropStageSeconds = 0.0

    private let source: any FrameStream
    private let crops: any CropProducer
    private let encode: (Batch) -> Void
    private let cancellation: Cancellation

    private let frames: Channel<VideoFrame>
    private let filled: Channel<Batch>
    private let encoded: Channel<Batch>
    private let empty: Channel<Batch>

    /// - Parameters:
    ///   - makeBatch: Makes one of the batches that go round.
    ///   - encode: Fills a batch's embeddings and probabilities from its pixels. Runs on one queue.
    package init(
        source: any FrameStream, crops: any CropProducer, cancellation: Cancellation,
        makeBatch: () -> Batch, encode: @escaping (Batch) -> Void
    ) {
        self.source = source
        self.crops = crops
        self.cancellation = cancellation
        self.encode = encode
        // One batch being filled, one waiting, one being encoded, one being consumed: no stage waits for
        // another that is not slower than itself.
        let batchCount = 4
        frames = Channel(capacity: 4)
        filled = Channel(capacity: batchCount)
        encoded = Channel(capacity: batchCount)
        empty = Channel(capacity: batchCount)
        for _ in 0..<batchCount { _ = empty.send(makeBatch()) }
    }

    /// Runs to the end of the source, calling `consume` with every batch in order.
    package func run(_ consume: (Batch) throws -> Void) throws {
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
            encoded.cancel()
            empty.cancel()
            stages.wait()
            let total = CPUTime.process - processStart
            times.convert = source.conversionSeconds
            times.decode = sourceSeconds - times.convert
            times.crop = crops.cropSeconds
            times.track = cropStageSeconds - times.crop
            times.write = CPUTime.thread - threadStart
            times.encode = max(0, total - sourceSeconds - cropStageSeconds - times.write)
        }
        while let batch = try encoded.receive() {
            try consume(batch)
            _ = empty.send(batch)
        }
    }

    @Sendable private func runSource() {
        let start = CPUTime.thread
        defer { sourceSeconds = CPUTime.thread - start }
        do {
            while !cancellation.isCancelled, let frame = try source.next() {
                frameCount += 1
                guard frames.send(frame) else { return }
            }
            frames.finish()
        } catch {
            frames.finish(throwing: error)
        }
    }

    @Sendable private func runCrops() {
        let start = CPUTime.thread
        defer { cropStageSeconds = CPUTime.thread - start }
        let filler = BatchFiller(empty: empty, filled: filled)
        var failure: (any Error)?
        do {
            do {
                while let frame = try frames.receive() { try crops.process(frame, into: filler) }
            } catch let error where !(error is BatchFiller.DownstreamEnded) {
                failure = error
            }
            try crops.finish(into: filler)
            try filler.flush()
        } catch {
            frames.cancel()
        }
        filled.finish(throwing: failure)
    }

    @Sendable private func runEncoder() {
        let clock = ContinuousClock()
        do {
            while let batch = try filled.receive() {
                encodingTime += clock.measure { if batch.cropCount > 0 { encode(batch) } }
                guard encoded.send(batch) else { return filled.cancel() }
            }
            encoded.finish()
        } catch {
            encoded.finish(throwing: error)
        }
    }
}
