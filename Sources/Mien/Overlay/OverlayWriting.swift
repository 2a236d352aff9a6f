import Foundation
import MienImage
import MienOverlay
import MienTable
import MienVideo

/// The thread behind a ``LiveOverlay``, and what is known of its progress.
final class OverlayWriting: @unchecked Sendable {
    private struct Picture: Sendable {
        var image: Image
        var content: OverlayFrame
    }

    /// The seconds in which a pipe or a server has to take the rest.
    static let grace = 2.0

    private let location: OutputLocation
    private let format: PictureFormat
    private let options: VideoWriter.Options
    private let pictures: Channel<Picture>

    /// Protects the three below.
    private let condition = NSCondition()
    private var progress = LiveOverlayRun()
    private var error: MienError?
    private var hasEnded = false

    // Used by the thread alone, once it has started.
    private let file: FileSink?
    private var writer: VideoWriter?
    private var drawing: OverlayDrawing

    /// Makes the file, if it is one.
    init(
        location: OutputLocation, replacing: Bool, format: PictureFormat, decisions: ActionUnitDecisions,
        waits: Bool,
        patience: Double
    ) throws(MienError) {
        drawing = OverlayDrawing(decisions: decisions)
        pictures = Channel(
            capacity: 3, policy: waits && location.filePath != nil ? .wait : .dropOldest)
        var options = VideoWriter.Options()
        options.isLive = true
        options.patience = patience
        self.options = options
        var format = format
        // What MPEG-TS counts in, and fine enough for every camera.
        format.timeBase = Rational(1, 90_000)
        self.format = format
        self.location = location
        file = try location.filePath.map { path throws(MienError) in
            try FileSink(overlay: path, replacing: replacing)
        }
        if let file {
            do {
                writer = try VideoWriter(
                    to: location.written(to: file.partialPath), format: format, options: options)
            } catch {
                file.discard()
                throw .output("\(error)")
            }
        }
        if !FrameOverlay.hasFont { progress.warnings.append(FrameOverlay.noFontWarning) }
    }

    func start() {
        let thread = Thread { [self] in work() }
        thread.name = "mien.overlay"
        thread.start()
    }

    var failure: MienError? { condition.withLock { error } }

    var run: LiveOverlayRun {
        var run = condition.withLock { progress }
        run.dropped = pictures.displaced
        return run
    }

    func send(_ image: Image, _ content: OverlayFrame) {
        _ = pictures.send(Picture(image: image, content: content))
    }

    /// Writes what waits and ends the output, or gives it up.
    func finish() {
        pictures.finish()
        // A file is never given up: a disk may be slow.
        if waitForEnd(seconds: file == nil ? Self.grace : nil) { return }
        options.cancellation.cancel()
        // Looking up a server's name can be ended by nobody.
        if waitForEnd(seconds: Self.grace) { return }
        end(with: .output("\(location.name): cannot be written (it does not answer)"))
    }

    /// Ends the output without waiting for that.
    func abandon() {
        pictures.finish()
        if file == nil { options.cancellation.cancel() }
    }

    private func waitForEnd(seconds: Double?) -> Bool {
        let deadline = seconds.map { Date(timeIntervalSinceNow: $0) }
        return condition.withLock {
            while !hasEnded {
                guard let deadline else {
                    condition.wait()
                    continue
                }
                guard condition.wait(until: deadline) else { break }
            }
            return hasEnded
        }
    }

    private func end(with failure: MienError?) {
        condition.withLock {
            if !hasEnded { error = failure }
            hasEnded = true
            condition.broadcast()
        }
    }

    private func work() {
        // A reader that goes away is an error here, and no reason to kill the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let failure = write()
        // A pipe has its end, and a server its goodbye, before anybody goes on.
        writer = nil
        end(with: failure)
    }

    /// Writes pictures until there are no more; returns why not to the end, if so.
    private func write() -> MienError? {
        do {
            let writer = try writer ?? VideoWriter(to: location, format: format, options: options)
            self.writer = writer
            while let picture = try pictures.receive() {
                let canvas = drawing.draw(picture.content, over: picture.image)
                try writer.write(canvas, pts: nil, timestamp: picture.content.timestamp)
                condition.withLock { progress.frames += 1 }
            }
            try finish(writer)
            return nil
        } catch {
            pictures.cancel()
            return explain("\(error)")
        }
    }

    private func finish(_ writer: VideoWriter) throws {
        guard run.frames > 0 else {
            file?.discard()
            if file != nil { warn(["not written, as there was no frame"]) }
            return
        }
        try writer.finish()
        warn(writer.warnings)
        try file?.commit()
    }

    private func explain(_ message: String) -> MienError {
        guard let file else { return .output(message) }
        var status = stat()
        guard stat(file.partialPath, &status) == 0, status.st_size > 0 else {
            file.discard()
            return .output(message)
        }
        // What is in the file plays: it is left where it is.
        return .output("\(message); what was written until then is in \(file.partialPath)")
    }

    private func warn(_ warnings: [String]) {
        condition.withLock { progress.warnings += warnings }
    }
}
