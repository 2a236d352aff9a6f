import CFFmpeg
import Foundation
import MienTensor

/// Reads the frames of a video, a still image or a numbered image sequence, in order of presentation.
///
/// There is one frame for every frame the decoder gives, which is what `ffprobe -count_frames` counts, with
/// the container's own timestamp. A reader is used from one queue.
package final class VideoReader {
    /// What the video is.
    package let properties: VideoProperties
    private var notes: [String] = []
    private var endedEarly: String?

    private let input: String
    private let options: VideoOptions
    private let demuxer: Demuxer
    private let decoder: Decoder
    private let clock: ClockBox
    private let converter: PixelConverter
    private var pool = ImagePool()
    private var turnedPool = ImagePool()

    /// The frame decoded ahead, at opening.
    private var first: UnsafeMutablePointer<AVFrame>?
    private var index = 0
    private var delivered = 0
    private var damagedFrames = 0
    private var lastTimestamp = 0.0
    private var isFinished = false

    /// The clock, shared with the decoder's view of the packets.
    private final class ClockBox {
        var clock: FrameClock
        init(_ clock: FrameClock) { self.clock = clock }
    }

    /// Opens `input` and decodes its first frame.
    ///
    /// - Parameter input: A path, a printf pattern of numbered images, a URL, or `-` for standard input.
    package init(_ input: String, options: VideoOptions = VideoOptions()) throws(VideoError) {
        self.input = input
        self.options = options
        demuxer = try Demuxer(InputName(input), timeout: options.timeout)
        let stream = demuxer.stream.pointee
        let rate = Self.positive(stream.avg_frame_rate) ?? Self.positive(stream.r_frame_rate) ?? 25
        let source: TimeSource =
            demuxer.hasPresentationTimestamps
            ? .container : demuxer.hasDecodingTimestamps ? .decodingTimestamps : .frameRate
        let clock = ClockBox(FrameClock(source: source, unit: av_q2d(stream.time_base), rate: rate))
        self.clock = clock
        decoder = try Decoder(demuxer) { packet in
            guard packet.pointee.flags & AV_PKT_FLAG_DISCARD == 0 else { return }
            clock.clock.take(decodingTimestamp: timestamp(packet.pointee.dts))
        }
        converter = PixelConverter(input: input)
        first = decoder.next()
        guard let first else {
            throw .noFrames(
                input, codec: decoder.codecName, packets: demuxer.packetCount,
                reason: (decoder.complaints + FFmpegLog.take()).first ?? "no reason given")
        }
        properties = Self.properties(first, demuxer: demuxer, codec: decoder.codecName)
    }

    /// The next frame, or nil at the end.
    package func next() throws(VideoError) -> VideoFrame? {
        while !isFinished, let frame = first ?? decoder.next() {
            first = nil
            let isDamaged =
                frame.pointee.decode_error_flags != 0 || frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
            let (pts, seconds) = clock.clock.time(
                presentationTimestamp: timestamp(frame.pointee.best_effort_timestamp))
            lastTimestamp = seconds
            defer { index += 1 }
            // Times come from integers through one rounding: a millionth is finer than any container's.
            if let start = options.start, seconds < start - 1e-6 { continue }
            if let duration = options.duration, seconds >= (options.start ?? 0) + duration - 1e-6 {
                isFinished = true
                return nil
            }
            if isDamaged { damagedFrames += 1 }
            delivered += 1
            return VideoFrame(
                index: index, pts: pts, timestamp: seconds, image: try picture(frame), isDamaged: isDamaged)
        }
        if !isFinished { try finish() }
        return nil
    }

    /// What reading has brought to light so far.
    package var report: VideoReport {
        VideoReport(
            timeSource: clock.clock.source, damagedFrames: damagedFrames, lostPackets: decoder.lostPackets,
            timeJumps: clock.clock.jumps, endedEarly: endedEarly, notes: notes)
    }

    private func picture(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Image {
        let stored = pool.image(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        try converter.convert(frame, into: stored)
        let orientation = Self.orientation(frame, demuxer: demuxer)
        guard orientation != .upright else { return stored }
        let turned = turnedPool.image(
            width: orientation.swapsSides ? stored.height : stored.width,
            height: orientation.swapsSides ? stored.width : stored.height)
        orientation.apply(stored, to: turned)
        return turned
    }

    private func finish() throws(VideoError) {
        isFinished = true
        if let start = options.start, delivered == 0 {
            throw .startsBehindEnd(input, start: start, end: lastTimestamp)
        }
        let messages = FFmpegLog.take()
        if let code = demuxer.failure, code != mien_averror_eof() {
            endedEarly =
                "reading stopped after \(index) frames: "
                + ([reason(code)] + messages).joined(separator: "; ")
        } else if let claimed = demuxer.claimedPackets, demuxer.packetCount < claimed {
            endedEarly =
                "the file is cut short: its header promises \(claimed) frames, \(index) could be decoded"
        } else if let message = messages.first(where: { $0.contains("prematurely") }) {
            endedEarly = "the file is cut short: \(message)"
        }
        if let gap = SequenceGap(pattern: demuxer.name, firstCount: index) { notes.append(gap.description) }
    }
}

extension VideoReader {
    private static func positive(_ ratio: AVRational) -> Double? {
        ratio.num > 0 && ratio.den > 0 ? av_q2d(ratio) : nil
    }

    /// The frame's own display matrix, which carries the orientation of photographs, or else the stream's.
    private static func orientation(_ frame: UnsafeMutablePointer<AVFrame>, demuxer: Demuxer) -> Orientation {
        var matrix: UnsafeMutablePointer<UInt8>?
        if let data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX), data.pointee.size >= 36 {
            matrix = data.pointee.data
        } else {
            var size = 0
            let data = av_stream_get_side_data(demuxer.stream, AV_PKT_DATA_DISPLAYMATRIX, &size)
            if size >= 36 { matrix = data }
        }
        guard let matrix else { return .upright }
        return matrix.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) } ?? .upright
    }

    private static func properties(
        _ frame: UnsafeMutablePointer<AVFrame>, demuxer: Demuxer, codec: String
    ) -> VideoProperties {
        let orientation = orientation(frame, demuxer: demuxer)
        let stream = demuxer.stream.pointee
        let width = Int(frame.pointee.width)
        let height = Int(frame.pointee.height)
        let unit = av_q2d(stream.time_base)
        let rate = positive(stream.avg_frame_rate)
        var duration = stream.duration > 0 ? Double(stream.duration) * unit : nil
        if duration == nil, demuxer.format.pointee.duration > 0 {
            duration = Double(demuxer.format.pointee.duration) / Double(AV_TIME_BASE)
        }
        let estimate =
            stream.nb_frames > 0
            ? Int(stream.nb_frames) : duration.flatMap { duration in rate.map { Int((duration * $0).rounded()) } }
        return VideoProperties(
            width: orientation.swapsSides ? height : width, height: orientation.swapsSides ? width : height,
            rotation: orientation.rotation, isMirrored: orientation.isMirrored, codec: codec,
            timeBase: .init(num: Int(stream.time_base.num), den: Int(stream.time_base.den)), averageRate: rate,
            pixelAspect: positive(frame.pointee.sample_aspect_ratio) ?? positive(stream.sample_aspect_ratio) ?? 1,
            colorMatrix: PixelConverter.colors(frame), estimatedDuration: duration, estimatedFrameCount: estimate)
    }
}

/// A timestamp as FFmpeg writes it, or nil for its "none".
private func timestamp(_ value: Int64) -> Int64? {
    value == mien_av_nopts_value() ? nil : value
}
