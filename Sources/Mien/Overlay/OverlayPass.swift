import Dispatch
import MienOverlay
import MienTensor
import MienTimeline
import MienVideo

/// One pass over a video and its table: decoding on a queue of its own, drawing and encoding on the caller's thread.
final class OverlayPass {
    private let job: Overlay
    private let reader: VideoReader
    private let file: FileSink
    private let writer: VideoWriter
    private let overlay = FrameOverlay()
    private var table: TableFrames
    private var canvas: Canvas?
    private var run = OverlayRun()
    /// Frames of the video between those of the table that have no row.
    private var missing = 0
    private var lastDuration: Int64?

    init(_ job: Overlay, output: String, replacing: Bool) throws(MienError) {
        self.job = job
        table = try TableFrames(path: job.table)
        let start = table.nextTime.map { $0.frame > 1 ? $0.timestamp : nil } ?? nil
        do {
            var options = VideoOptions()
            options.start = start
            reader = try VideoReader(job.video, options: options)
        } catch {
            throw .input("\(error)")
        }
        do { file = try FileSink(path: output, replacing: replacing) } catch { throw .output("\(error)") }
        do {
            var options = VideoWriter.Options()
            options.isPart = start != nil
            writer = try VideoWriter(
                path: file.partialPath, name: output, format: reader.pictureFormat, audio: job.video,
                options: options)
        } catch {
            file.discard()
            throw .output("\(error)")
        }
        if !FrameOverlay.hasFont {
            run.warnings.append(
                "this machine has no font: letters are drawn plainly (Debian's is in fonts-dejavu-core)")
        }
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
        do {
            try writer.finish(lastDuration: lastDuration)
            try file.commit()
        } catch {
            throw .output("\(error)")
        }
        run.warnings += writer.warnings
        run.isInterrupted = cancellation.isCancelled
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
        let total = reader.properties.estimatedFrameCount
        while !cancellation.isCancelled, !table.isAtEnd {
            guard let frame = try receive(frames) else { break }
            try draw(frame)
            progress?(run.frames, total)
        }
        guard !cancellation.isCancelled else { return }
        try explainEnd(frames)
    }

    /// Errors of the input, told apart from the writer's.
    private func receive(_ frames: Channel<VideoFrame>) throws(MienError) -> VideoFrame? {
        do { return try frames.receive() } catch { throw .input("\(error)") }
    }

    private func draw(_ frame: VideoFrame) throws {
        let content = try table.overlay(of: frame, video: job.video)
        if content.status == nil { missing += 1 }
        let canvas = canvas(for: frame.image)
        canvas.copy(frame.image)
        overlay.draw(content, on: canvas)
        try writer.write(canvas, pts: frame.pts, timestamp: frame.timestamp)
        lastDuration = frame.duration
        run.frames += 1
    }

    private func canvas(for image: Image) -> Canvas {
        if let canvas, canvas.width == image.width, canvas.height == image.height { return canvas }
        let new = Canvas(width: image.width, height: image.height)
        canvas = new
        return new
    }

    /// Says which of table and video has ended before the other, and why.
    private func explainEnd(_ frames: Channel<VideoFrame>) throws {
        if let cutShort = table.cutShort {
            run.endedEarly = cutShort
        } else if let next = table.nextTime {
            run.endedEarly =
                reader.report.endedEarly
                ?? "\(job.table) goes on with frame \(next.frame), and \(job.video) has only \(reader.report.decodedFrames) "
                + "frames: is it the video of this table?"
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
