import MienVideo

/// The place of a frame in the table and in time, known before there is a picture of it.
package struct FrameHeader: Sendable {
    /// The number of its rows, from 1.
    package var number: Int
    /// The presentation timestamp in units of the stream's time base, if there is one.
    package var pts: Int64?
    /// Seconds from the first frame.
    package var timestamp: Double
    /// The monotonic time of capture in seconds; 0 where frames do not come at their own pace.
    package var captured: Double

    package init(number: Int, pts: Int64? = nil, timestamp: Double, captured: Double = 0) {
        (self.number, self.pts, self.timestamp, self.captured) = (number, pts, timestamp, captured)
    }
}

/// The news of a source.
package enum SourceEvent: Sendable {
    case frame(FrameHeader)
    /// The source was lost; the header is that of the row that says so.
    case outage(FrameHeader, reason: String)
}

/// The beginning of an ``Engine``: a file, a camera, a list of pictures.
///
/// Used by one thread.
package protocol Source: AnyObject {
    /// The next frame or outage, or nil at the end.
    func next() throws -> SourceEvent?

    /// The picture of the frame that ``next()`` told of last, with the time that the tracker is to see. Not asked for
    /// where there is no room for the frame.
    func picture() throws -> VideoFrame

    /// The part of the processor time of both calls that went into turning frames into pictures, in seconds.
    var conversionSeconds: Double { get }
}

/// Frames one after the other: a video file, a loop over one, a test.
package protocol FrameStream: AnyObject {
    /// The next frame, or nil at the end.
    func next() throws -> VideoFrame?

    /// The part of the processor time of ``next()`` that went into turning frames into pictures, in seconds.
    var conversionSeconds: Double { get }
}

extension FrameStream {
    package var conversionSeconds: Double { 0 }
}

extension VideoReader: FrameStream {}

/// A source of frames that are all there and can wait.
package final class StreamSource: Source {
    private let stream: any FrameStream
    private var frame: VideoFrame?

    package init(_ stream: any FrameStream) { self.stream = stream }

    package var conversionSeconds: Double { stream.conversionSeconds }

    package func next() throws -> SourceEvent? {
        guard let frame = try stream.next() else { return nil }
        self.frame = frame
        return .frame(FrameHeader(number: frame.index + 1, pts: frame.pts, timestamp: frame.timestamp))
    }

    package func picture() -> VideoFrame {
        guard let frame else { preconditionFailure("a picture is asked for after its frame, once") }
        self.frame = nil
        return frame
    }
}
