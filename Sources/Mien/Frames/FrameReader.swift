import Dispatch
import MienTimeline
import Synchronization

/// Reads frames from memory one by one, each as soon as it is there.
///
/// ```swift
/// let reader = try analyzer.frameReader()
/// let rows = try reader.read(frame)
/// ```
///
/// As in a live run, what is said of a frame depends on it and on those before it. Can be used from several threads;
/// their frames take turns.
public final class FrameReader: Sendable {
    private let frames = FrameQueue(capacity: 1)
    private let results = Channel<[FaceReading]>(capacity: 1)
    private let turn = Mutex(())

    init(model: Model, configuration: Configuration) throws(MienError) {
        try configuration.validateFrames()
        var configuration = configuration
        configuration.isCausal = true
        let relative = try RelativeRows(configuration, model: model, isLive: true)
        let crops = try model.faceCrops(configuration)
        // Handed over to the queue, which alone uses it.
        nonisolated(unsafe) let start = try RowTimeline(model.smoothing(configuration), relative: relative)
        let (frames, results) = (frames, results)
        let engine = model.engine(
            frames, crops, configuration, policy: .playback, cancellation: Cancellation())
        DispatchQueue(label: "mien.frames").async {
            var timeline = start
            var rows: [FaceReading] = []
            do {
                try engine.run(
                    into: &timeline,
                    onFrame: { _ in
                        _ = results.send(rows)
                        rows = []
                    },
                    deliver: { rows.append($0) })
                results.finish()
            } catch {
                results.finish(throwing: error)
            }
            frames.cancel()
        }
    }

    deinit {
        frames.finish()
        results.cancel()
    }

    /// The rows of a frame: one for each face, or one that says that there is none.
    ///
    /// - Throws: ``MienError``.
    public func read(_ frame: Frame) throws(MienError) -> [FaceReading] {
        do {
            return try turn.withLock { _ in
                guard frames.send(frame), let rows = try results.receive() else {
                    throw MienError.input("the reader has ended after an error")
                }
                return rows
            }
        } catch {
            throw MienError(error)
        }
    }
}

extension Analyzer {
    /// A reader of frames from memory.
    ///
    /// - Throws: ``MienError/configuration(_:)``.
    public func frameReader(
        configuration: Configuration = Configuration()
    ) throws(MienError) -> FrameReader {
        try FrameReader(model: model, configuration: configuration)
    }

    /// The rows of frames from memory, in order, read as a video file is: smoothed over what comes before and after,
    /// unless ``Configuration/isCausal``.
    ///
    /// Frames are asked for as they are needed. An error that `frames` throws comes out as ``MienError/input(_:)`` after
    /// the rows of the frames before it.
    public func readings<Frames: AsyncSequence & Sendable>(
        of frames: Frames, configuration: Configuration = Configuration()
    ) -> Readings where Frames.Element == Frame {
        Readings { cancellation, deliver in
            try configuration.validateFrames()
            let relative = try RelativeRows(configuration, model: self.model, isLive: configuration.isCausal)
            let queue = FrameQueue(capacity: 4)
            let task = Task { await queue.fill(from: frames) }
            // A sequence that gives no frame must not keep the run waiting.
            cancellation.onCancel { queue.cancel() }
            defer {
                task.cancel()
                queue.cancel()
            }
            try self.stream(
                queue, relative: relative, configuration: configuration, cancellation: cancellation,
                deliver: deliver)
        }
    }
}

extension FrameQueue {
    /// Sends all frames of a sequence, and its end.
    fileprivate func fill<Frames: AsyncSequence & Sendable>(from frames: Frames) async
    where Frames.Element == Frame {
        let waiting = DispatchQueue(label: "mien.frames.waiting")
        do {
            for try await frame in frames {
                // Waiting for room blocks a thread, which must not be one of those that tasks share.
                let isTaken = await withCheckedContinuation { continuation in
                    waiting.async { continuation.resume(returning: self.send(frame)) }
                }
                guard isTaken, !Task.isCancelled else { break }
            }
            finish()
        } catch {
            finish(throwing: MienError.input("\(error)"))
        }
    }
}

extension Configuration {
    /// Checks the ranges, and that nothing is asked for that only files have.
    fileprivate func validateFrames() throws(MienError) {
        try validate()
        guard start == nil, duration == nil, videoStream == nil else {
            throw .configuration("start, duration, videoStream: frames from memory are read as they come")
        }
    }
}
