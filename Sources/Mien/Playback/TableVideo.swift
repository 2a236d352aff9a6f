import MienCore
import MienVideo

/// A video for the page beside its table's timelines.
package struct TableVideo {
    /// The file.
    package let path: String
    /// Why not every browser plays it, such as "HEVC (H.265) video"; nil if every one does.
    package let obstacle: String?
    /// Where in the file, as players count, its first frame is, which is second 0 of the table.
    package let start: Double

    /// Opens `path`.
    ///
    /// - Throws: ``MienError/input(_:)`` if FFmpeg cannot read it.
    package init(_ path: String) throws(MienError) {
        do {
            let properties = try VideoReader(path).properties
            self.path = path
            obstacle = properties.obstacleInBrowsers(path: path)
            start = properties.firstFrameTime ?? 0
        } catch {
            throw .input("\(error)")
        }
    }

    /// Checks that it is the video `table` was made from: by what the metadata say of its content or, where that is
    /// another, as ``Overlay`` does, by the size of its frames and the time of each. That decodes it once.
    ///
    /// - Throws: ``MienError/input(_:)`` if it is not, or the table is malformed.
    package func check(
        against table: String, cancellation: Cancellation, progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) {
        var rows = try TableFrames(path: table)
        if rows.isMade(from: path) { return }
        do {
            let reader = try VideoReader(path)
            let properties = reader.properties
            try rows.checkSize(width: properties.width, height: properties.height, video: path)
            while !rows.isAtEnd, !cancellation.isCancelled, let frame = try reader.nextTime() {
                try rows.check(
                    frame: frame.index + 1, pts: frame.pts, timestamp: frame.timestamp, video: path)
                progress?(frame.index + 1, properties.estimatedFrameCount)
            }
            if cancellation.isCancelled { return }
            if let problem = rows.goesOn(after: reader.report.decodedFrames, video: path) {
                throw MienError.input(problem)
            }
            if rows.claim == .whole, try reader.nextTime() != nil {
                throw MienError.input("\(rows.endsBefore(path)): is it the video of this table?")
            }
        } catch {
            throw error as? MienError ?? .input("\(error)")
        }
    }
}
