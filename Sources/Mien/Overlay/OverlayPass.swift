import Dispatch
import MienCore
import MienOverlay
import MienTable
import MienTimeline
import MienVideo

/// One pass over a video and its table: decoding on a queue of its own, drawing and encoding on the caller's thread.
final class OverlayPass {
    private let job: Overlay
    private let reader: VideoReader
    private let file: FileSink
    private let writer: Writer
    private let isPart: Bool

    private enum Writer {
        case video(VideoWriter)
        case still(StillPicture)
    }
    private var drawing: OverlayDrawing
    private var table: TableFrames
    private var run = OverlayRun()
    /// Frames of the video between those of the table that have no row.
    private var missing = 0
    private var lastDuration: Int64?
    /// Whether the video has no frames after the last one drawn.
    private var reachedEnd = false

    init(_ job: Overlay, output: String, replacing: Bool) throws(MienError) {
        self.job = job
        table = try TableFrames(path: job.table)
        drawing = OverlayDrawing(decisions: table.decisions)
        let start = table.nextTime.map { $0.frame > 1 ? $0.timestamp : nil } ?? nil
        isPart = start != nil
        do {
            var options = VideoOptions()
            options.start = start
            options.videoStream = job.videoStream ?? table.videoStream
            reader = try VideoReader(job.video, options: options)
        } catch {
            throw .input("\(error)")
        }
        try table.checkSize(
            width: reader.properties.width, height: reader.properties.height, video: job.video)
        file = try FileSink(overlay: output, replacing: replacing)
        do {
            var options = VideoWriter.Options()
            options.isPart = isPart
            if let kind = StillPicture(name: output) {
                writer = .still(kind)
            } else {
                writer = .video(
                    try VideoWriter(
                        path: file.partialPath, name: output, format: reader.pictureFormat, audio: job.video,
                        options: options))
            }
        } catch {
            file.discard()
            throw .output("\(error)")
        }
        if !FrameOverlay.hasFont { run.warnings.append(FrameOverlay.noFontWarning) }
    }

    func run(cancellation: Cancellation, progress: ((Int, Int?) -> Void)?) throws(MienError) -> OverlayRun {
        do {
            try drawFrames(cancellation: cancellation, progress: progress)
        } catch let error as VideoError {
            // What is in the file plays: it is left where it is.
            throw .output("\(error); what was written until then is in \(file.partialPath)")
        } catch {
            file.discard()
            throw MienError(error)
        }
        run.isInterrupted = cancellation.isCancelled
        guard run.frames > 0 else {
            file.discard()
            guard !run.isInterrupted else { return run }
            throw .input(run.endedEarly ?? "\(job.video): no frame of \(job.table) is in it")
        }
        do {
            if case .video(let writer) = writer {
                try writer.finish(lastDuration: lastDuration, isWhole: reachedEnd)
                run.warnings += writer.warnings
            }
            if !run.isInterrupted { try file.commit() }
        } catch {
            throw .output("\(error)")
        }
        if run.isInterrupted { run.partialPath = file.partialPath }
        if missing > 0 {
            run.warnings.append("\(counted(missing, "frame")) without a row in \(job.table): marked so")
        }
        return run
    }

    private func drawFrames(cancellation: Cancellation, progress: ((Int, Int?) -> Void)?) throws {
        let frames = Channel<VideoFrame>(capacity: 4)
        let decoding = Decoding(reader: reader, frames: frames)
        decoding.start()
        defer {
            frames.cancel()
            decoding.wait()
        }
        // Of a part nobody knows the length.
        let total = isPart ? nil : reader.properties.estimatedFrameCount
        do {
            while !cancellation.isCancelled, !table.isAtEnd {
                guard let frame = try receive(frames) else {
                    reachedEnd = true
                    break
                }
                try draw(frame)
                progress?(run.frames, total)
            }
            if !cancellation.isCancelled { try explainEnd(frames) }
        } catch let end as EndOfInput {
            run.endedEarly = end.reason
        }
    }

    /// The video could not be read any further: what there is of it is an overlay too.
    private struct EndOfInput: Error {
        var reason: String
    }

    private func receive(_ frames: Channel<VideoFrame>) throws(EndOfInput) -> VideoFrame? {
        do { return try frames.receive() } catch { throw EndOfInput(reason: "\(error)") }
    }

    private func draw(_ frame: VideoFrame) throws {
        let content = try table.overlay(of: frame, video: job.video)
        if content.status == nil { missing += 1 }
        let canvas = drawing.draw(content, over: frame.image)
        switch writer {
        case .video(let writer): try writer.write(canvas, pts: frame.pts, timestamp: frame.timestamp)
        case .still(let kind):
            let bytes = try kind.encode(canvas, name: job.video)
            try file.write(bytes.span)
        }
        lastDuration = frame.duration
        run.frames += 1
    }

    /// Says which of table and video has ended before the other, and why.
    private func explainEnd(_ frames: Channel<VideoFrame>) throws {
        if let problem = table.goesOn(after: reader.report.decodedFrames, video: job.video) {
            run.endedEarly = reader.report.endedEarly ?? problem
        } else if let cutShort = table.cutShort {
            run.endedEarly = cutShort
        } else if try receive(frames) != nil {
            let end = table.endsBefore(job.video)
            switch table.claim {
            case .part: break
            case .whole: run.endedEarly = "\(end): is it the video of this table?"
            case .unknown: run.warnings.append("\(end): the overlay ends there")
            }
        } else {
            reachedEnd = true
            run.endedEarly = reader.report.endedEarly
        }
    }
}

/// The decoding side of a pass.
private final class Decoding: @unchecked Sendable {
    // Used by the queue alone until `wait()` has returned.
    private let reader: VideoReader
    private let frames: Channel<VideoFrame>
    private let group = DispatchGroup()

    init(reader: VideoReader, frames: Channel<VideoFrame>) {
        (self.reader, self.frames) = (reader, frames)
    }

    func start() {
        DispatchQueue(label: "mien.overlay.decode", qos: .userInitiated).async(group: group) { [self] in
            do {
                while let frame = try reader.next() {
                    guard frames.send(frame) else { return }
                }
                frames.finish()
            } catch {
                frames.finish(throwing: error)
            }
        }
    }

    func wait() { group.wait() }
}
