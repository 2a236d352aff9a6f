import MienImage
import MienOverlay
import MienTimeline
import MienVideo

/// The picture of a live run with what is read from it drawn in, as it happens: to a file, a pipe or a server.
///
/// ```swift
/// let overlay = try LiveOverlay(output: "udp://127.0.0.1:5000", replacing: false, format: reader.pictureFormat)
/// overlay.send(frame.image, timestamp: frame.timestamp, number: frame.index + 1, readings: readings)
/// let run = try overlay.finish()
/// ```
///
/// Drawing, coding and writing have a thread of their own, and three pictures wait for it at most: the newest. A slow
/// disk, a reader that does not read and a server that does not answer cost pictures, which are counted, and never
/// keep the run waiting. An output that fails is a ``failure``, and takes no more pictures; whether that ends the run,
/// the run decides.
///
/// A file appears under its name when it is whole, as an ``Overlay`` does; until then what is under the provisional
/// name plays up to the last second, also when the process is killed. Used from any one thread at a time.
package final class LiveOverlay: Sendable {
    private let writing: OverlayWriting

    /// Starts an output for pictures like `format`; its first size is that of the video. A later picture of another
    /// size is shown whole in that.
    ///
    /// A file is made here. A pipe that nobody reads and a server that does not answer are waited for on the thread,
    /// for ``patience`` seconds; then that is the ``failure``.
    ///
    /// - Parameters:
    ///   - output: As for ``check(output:)``.
    ///   - replacing: Whether a file that is there may be replaced.
    ///   - decisions: Which action units are active.
    ///   - waits: Whether sending to a file waits for room, so that every picture is written: for a source that can
    ///     wait. Of a pipe or a server nobody knows whether it will ever take the next.
    /// - Throws: ``MienError/output(_:)``.
    package init(
        output: String, replacing: Bool, format: PictureFormat,
        decisions: ActionUnitDecisions = ActionUnitDecisions(),
        waits: Bool = false, patience: Double = LiveOverlay.patience
    ) throws(MienError) {
        writing = try OverlayWriting(
            location: Self.location(output), replacing: replacing, format: format, decisions: decisions,
            waits: waits,
            patience: patience)
        writing.start()
    }

    deinit { writing.abandon() }

    /// The seconds that a pipe may have no reader and a server may not answer.
    package static let patience = 10.0

    /// Checks what can be known before there is a picture: that `output` is the name of a kind of file that can be
    /// written (.mp4, .m4v, .mov, .mkv, .ts), a pipe (`-`, or a named one) that is no terminal, or a URL of a protocol
    /// that FFmpeg has (rtmp, rtmps, rtsp, srt, udp, tcp, unix).
    ///
    /// - Throws: ``MienError/output(_:)``.
    package static func check(output: String) throws(MienError) { _ = try location(output) }

    /// Takes a picture with what was read from it, and returns at once unless the overlay waits. The picture is shown at
    /// `timestamp`, in seconds, which rises.
    package func send(_ image: Image, timestamp: Double, number: Int, readings: [FaceReading]) {
        writing.send(image, OverlayFrame(number: number, timestamp: timestamp, readings: readings))
    }

    /// Why nothing is written any more, if so.
    package var failure: MienError? { writing.failure }

    /// What has been written so far.
    package var run: LiveOverlayRun { writing.run }

    /// Writes what waits, ends the output and says what came of it.
    ///
    /// It returns when a file is whole; a pipe or a server has ``OverlayWriting/grace`` seconds to take the rest.
    ///
    /// - Throws: The ``failure``.
    @discardableResult
    package func finish() throws(MienError) -> LiveOverlayRun {
        writing.finish()
        if let failure = writing.failure { throw failure }
        return writing.run
    }

    private static func location(_ output: String) throws(MienError) -> OutputLocation {
        do { return try OutputLocation(live: output) } catch { throw .output("\(error)") }
    }
}

/// What came of a ``LiveOverlay``.
package struct LiveOverlayRun: Sendable, Equatable {
    /// The number of frames written.
    package var frames = 0
    /// The number of frames that came when it had no time for them, and were left out.
    package var dropped = 0
    /// What is worth knowing about the video, in sentences.
    package var warnings: [String] = []

    package init(frames: Int = 0, dropped: Int = 0, warnings: [String] = []) {
        (self.frames, self.dropped, self.warnings) = (frames, dropped, warnings)
    }
}
