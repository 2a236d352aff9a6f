import Foundation
import MienCore
import MienVideo

/// A copy of a video that every browser plays.
///
/// H.264 in an MP4 file or, where FFmpeg was built without libx264, VP9 or VP8 in a WebM file. Frames are upright and
/// have the times of the table: seconds from the first. Audio is copied as it is, if browsers play it.
package final class PlayableCopy {
    /// The file, which goes away with the copy.
    package let path: String
    /// FFmpeg's name of the encoder.
    package private(set) var encoder = ""
    /// What the viewer should know, in sentences.
    package private(set) var warnings: [String] = []

    /// Makes a copy of `video` in the folder for temporary files.
    ///
    /// - Parameter limit: The bytes it may have.
    /// - Throws: ``MienError/input(_:)`` if the video cannot be read, `.output` if there is no encoder or no room, or it
    ///   would be too large.
    package init(
        of video: String, limit: Int, cancellation: Cancellation, progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) {
        guard let (encoder, container) = VideoEncoder.forBrowsers else {
            throw .output(
                "\(video): this FFmpeg has no encoder for a copy that browsers play (libx264, libvpx)")
        }
        let name = "mien-\(UUID().uuidString).\(container.rawValue)"
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        let reader: VideoReader
        do { reader = try VideoReader(video) } catch { throw .input("\(error)") }
        do {
            var options = VideoWriter.Options()
            options.encoders = [encoder]
            options.isPart = true
            options.isForBrowsers = true
            let writer = try VideoWriter(
                to: OutputLocation(file: path, container: container), format: reader.pictureFormat,
                audio: video,
                options: options)
            var canvas: Canvas?
            var duration: Int64?
            var frames = 0
            while !cancellation.isCancelled, let frame = try reader.next() {
                let image = frame.image
                if canvas?.width != image.width || canvas?.height != image.height {
                    canvas = Canvas(width: image.width, height: image.height)
                }
                canvas!.copy(image)
                try writer.write(canvas!, pts: frame.pts, timestamp: frame.timestamp)
                duration = frame.duration
                frames += 1
                progress?(frames, reader.properties.estimatedFrameCount)
                guard frames % 64 != 0 || size <= limit else { throw Self.tooLarge(video, limit) }
            }
            try writer.finish(lastDuration: duration)
            guard size <= limit else { throw Self.tooLarge(video, limit) }
            self.encoder = writer.encoder
            warnings = writer.warnings
        } catch {
            remove()
            throw error as? MienError ?? .output("\(error)")
        }
    }

    deinit { remove() }

    private func remove() { try? FileManager.default.removeItem(atPath: path) }

    private var size: Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
    }

    private static func tooLarge(_ video: String, _ limit: Int) -> MienError {
        .output(
            "\(video): a copy that browsers play has more than the \(limit >> 20) MiB that can be embedded; "
                + "convert it to H.264 and link to that, or analyse a part of it")
    }
}
