import Foundation
import MienCore
import MienOverlay
import MienVideo

/// The video of a table: each frame with its faces' boxes, labels and smoothed scores drawn into it.
///
/// It is drawn from a finished table, in a second pass over the video: a row is complete only when the frames for
/// half a smoothing window after it have been seen, and to hold their pictures for that long would
/// take gigabytes. Two passes take constant memory, and the picture shows what the table says.
///
/// ```swift
/// let run = try Overlay(table: "clip.csv", video: "clip.mp4").write(to: "clip.overlay.mp4")
/// ```
public struct Overlay: Sendable {
    /// The table, as ``Analyzer/annotate(_:to:existing:configuration:cancellation:progress:)`` writes it.
    public var table: String
    /// The video it was made from.
    public var video: String
    /// Which of several video streams it was made from, as in ``Configuration``; nil for the one its metadata name.
    public var videoStream: Int?

    /// Names a table and the video it was made from.
    public init(table: String, video: String) {
        (self.table, self.video) = (table, video)
    }

    /// Draws the table into the video and writes the result, H.264 with the source's timestamps and audio; of a still
    /// image, a still image.
    ///
    /// The file appears under its name when it is whole: the overlay of the frames that are in the table. Until
    /// then it is under a provisional one, and plays as far as it goes, also when writing fails.
    ///
    /// - Parameters:
    ///   - output: The file; its name ends in .mp4, .m4v, .mov or .mkv, of a still image in .png, .jpg or .jpeg.
    ///   - replacing: Whether a file that is there may be replaced.
    ///   - cancellation: Stops when cancelled; what is drawn so far is a whole video under the provisional name.
    ///   - progress: Told the number of frames done and, if the container says it, the number there are.
    /// - Throws: ``MienError``: `.input` if table or video cannot be read or do not belong together, `.output`.
    @discardableResult
    public func write(
        to output: String, replacing: Bool = false, cancellation: Cancellation = Cancellation(),
        progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> OverlayRun {
        try Self.check(video: video, output: output)
        for input in [table, video] where isSameFile(input, output) {
            throw .output("\(output) is \(input) itself; expected another name for the overlay")
        }
        let pass = try OverlayPass(self, output: output, replacing: replacing)
        return try pass.run(cancellation: cancellation, progress: progress)
    }

    /// Checks what can be known before there is a table: that the video can be read a second time, and the name
    /// of the output.
    ///
    /// - Throws: ``MienError``.
    public static func check(video: String, output: String) throws(MienError) {
        guard VideoReader.canReadAgain(video) else {
            throw .input(
                "\(video == "-" ? "standard input" : video): an overlay is drawn in a second pass over the video, and "
                    + "this can be read only once; expected a file")
        }
        guard !isStill(video) else {
            guard StillPicture(name: output) != nil else {
                throw .output(
                    "\(output): \(video) is a still image, expected a name for its overlay that ends in .png or .jpg"
                )
            }
            return
        }
        do { _ = try Container(name: output) } catch { throw .output("\(error)") }
    }

    /// Whether `input` is a single picture, whose overlay is one too. What cannot be opened is for reading to explain.
    public static func isStill(_ input: String) -> Bool { VideoReader.isStill(input) }
}

/// What came of drawing an overlay.
public struct OverlayRun: Sendable {
    /// The provisional file that has what was drawn, if the run was interrupted.
    public package(set) var partialPath: String?
    /// The number of frames written.
    public package(set) var frames = 0
    /// What is worth knowing about the video, in sentences.
    public package(set) var warnings: [String] = []
    /// Why the video ends before table and clip do, if so.
    public package(set) var endedEarly: String?
    /// Whether the run was stopped by its ``Cancellation``.
    public package(set) var isInterrupted = false
}
