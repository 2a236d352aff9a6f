import CFFmpeg

/// Reads a video, a picture or a sequence of pictures, frame by frame, in presentation order.
///
///     let reader = try VideoReader("clip.mp4", options: VideoOptions(start: 2, duration: 5))
///     while let frame = try reader.next() { ... }
///     print(reader.report.endedEarly ?? "complete")
///
/// There is one frame for every frame that `ffprobe -count_frames` counts. Damage never ends the reading:
/// frames the decoder had to patch are marked, lost ones counted, and a file that stops before its time gives
/// what it has. A reader is used from one queue; its ``VideoOptions/cancellation`` from any.
///
/// A start is reached by decoding, not by seeking: how many frames come before it, and with that every
/// index, is certain only when they have been decoded, as damaged packets give none and some give two.
/// Skipped frames are not converted.
package final class VideoReader {
    /// What is known of the video from its header and first frame.
    package let properties: VideoProperties
    /// What a copy of the video has to be like.
    package let pictureFormat: PictureFormat

    /// The processor time that turning frames into pictures has taken, in seconds.
    package private(set) var conversionSeconds = 0.0

    private let source: FrameSource
    private let converter: PixelConverter
    private let range: TimeRange
    private var state = State.primed
    private var frames = 0
    private var damagedFrames = 0
    /// The frames in a row past the end of the range.
    private var framesPast = 0

    private enum State {
        /// The first frame is decoded, which the properties needed, and not handed out yet.
        case primed
        case reading, ended
    }

    /// Opens `input`: a file's name, a pattern such as `img_%04d.png`, a URL, or `-` for standard input.
    ///
    /// The first frame is decoded here, because size and orientation are certain only then.
    package init(_ input: String, options: VideoOptions = VideoOptions()) throws(VideoError) {
        range = try TimeRange(start: options.start, duration: options.duration)
        source = try FrameSource(input, options: options)
        guard try source.advance() else {
            throw source.nothingDecoded
        }
        properties = VideoProperties(of: source)
        pictureFormat = PictureFormat(
            properties,
            colour: EncodedColour(
                of: source.frame, interpretation: properties.colour, height: properties.height))
        converter = PixelConverter(codec: source.demuxer.codec.pointee.id, input: source.location.name)
    }

    /// What has been met so far; complete once ``next()`` has returned nil.
    package var report: VideoReport {
        var report = source.report
        report.warnings += converter.warnings
        // A start beyond the end is an error, which says it all.
        if frames == 0, case .ended = state, !startsBeyondEnd {
            report.warnings.append("no frame lies in the wanted part")
        }
        report.frames = frames
        report.damagedFrames = damagedFrames
        return report
    }

    /// The next frame, or nil at the end of the video or of the wanted part.
    package func next() throws(VideoError) -> VideoFrame? {
        while try advance() {
            let time = source.reading
            if range.contains(time.timestamp) {
                framesPast = 0
                return try deliver(time)
            }
            framesPast = range.isPast(time.timestamp) ? framesPast + 1 : 0
            if framesPast == TimeRange.patience { state = .ended }
        }
        if frames == 0, startsBeyondEnd, let last = source.latest {
            throw .startBeyondEnd(source.location.name, start: range.first, last: last)
        }
        return nil
    }

    /// Goes to the next frame without making its picture, and returns its number, from 0, and its time; nil at the end.
    package func nextTime() throws(VideoError) -> (index: Int, pts: Int64?, timestamp: Double)? {
        guard try advance() else { return nil }
        return (source.index, source.reading.pts, source.reading.timestamp)
    }

    /// Whether `input` can be read a second time, as a file can and a pipe or a camera cannot.
    package static func canReadAgain(_ input: String) -> Bool {
        // What cannot be opened at all is for opening to explain.
        (try? InputLocation(input, format: nil))?.canBeReadAgain ?? true
    }

    /// Whether `input` is a file with a single picture; nothing is decoded.
    package static func isStill(_ input: String) -> Bool {
        guard let location = try? InputLocation(input, format: nil), location.canBeReadAgain else {
            return false
        }
        let log = FFmpegLog()
        return log.collect {
            guard let demuxer = try? Demuxer(location, settings: DemuxerSettings(), log: log), demuxer.isStill
            else { return false }
            // A stream of JPEG pictures is opened as if it were one.
            let packet = Packet()
            guard demuxer.read(into: packet) == .packet else { return false }
            av_packet_unref(packet.pointer)
            return demuxer.read(into: packet) == .end
        }
    }

    private var startsBeyondEnd: Bool { source.latest.map { range.begins(after: $0) } ?? false }

    private func advance() throws(VideoError) -> Bool {
        switch state {
        case .primed:
            state = .reading
            return true
        case .reading:
            if try source.advance() { return true }
            state = .ended
            return false
        case .ended:
            return false
        }
    }

    private func deliver(_ time: FrameClock.Reading) throws(VideoError) -> VideoFrame {
        let start = CPUTime.thread
        let image = try converter.image(of: source.frame, geometry: source.geometry)
        conversionSeconds += CPUTime.thread - start
        frames += 1
        if source.isDamaged { damagedFrames += 1 }
        return VideoFrame(
            index: source.index, pts: time.pts, timestamp: time.timestamp, image: image,
            isDamaged: source.isDamaged, duration: source.duration)
    }
}
