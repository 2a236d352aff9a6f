import CFFmpeg
import Foundation

/// Encodes frames to H.264 with libx264 or, where FFmpeg was built without it, to MPEG-4 Part 2.
///
/// No frame refers to a later one, so packets come out in the order of the frames, each decoding timestamp is the
/// presentation timestamp, and every player and annotation tool finds every frame. There is a key frame about
/// every second, for stepping through the video.
///
/// Inside, frames are merely counted at the nominal rate: MPEG-4 cannot say times as finely as containers do. The
/// true times go round the encoder and are put on the packets.
package final class VideoEncoder {
    enum Outcome { case packet, needsFrame, end }

    /// The encoders to choose from, best first.
    static let preferred = ["libx264", "mpeg4"]

    /// The best of the encoders whose video every browser plays, and what it goes into; nil if this FFmpeg has none.
    package static var forBrowsers: (encoder: String, container: Container)? {
        let all: [(String, Container)] = [("libx264", .mp4), ("libvpx-vp9", .webm), ("libvpx", .webm)]
        return all.first { avcodec_find_encoder_by_name($0.0) != nil }
    }

    /// FFmpeg's name of the encoder.
    let name: String
    private let context: CodecContext
    private let file: String
    private let log: FFmpegLog
    private var count: Int64 = 0
    /// The times of the frames whose packets are still to come.
    private var times: [(pts: Int64, duration: Int64)] = []

    /// - Parameters:
    ///   - names: FFmpeg's names of encoders; the first that this FFmpeg has is taken.
    ///   - isLive: Whether each frame is coded at once and cheaply, beside a program that needs the processor.
    ///   - file: The video's name, for messages.
    init(
        _ names: [String], format: PictureFormat, width: Int32, height: Int32, hasGlobalHeader: Bool,
        isLive: Bool = false, file: String, log: FFmpegLog
    ) throws(VideoError) {
        guard let codec = names.lazy.compactMap({ avcodec_find_encoder_by_name($0) }).first else {
            throw .cannotEncode(
                file, detail: "this FFmpeg has none of the encoders \(names.joined(separator: ", "))")
        }
        guard let context = CodecContext(codec) else {
            throw .cannotEncode(file, detail: "no memory for the encoder")
        }
        name = String(cString: codec.pointee.name)
        self.file = file
        self.log = log
        let rate = Self.rate(format.frameRate)
        let fields = context.pointer
        fields.pointee.width = width
        fields.pointee.height = height
        fields.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        fields.pointee.time_base = AVRational(num: rate.den, den: rate.num)
        fields.pointee.framerate = rate
        fields.pointee.gop_size = max(1, min(Int32(av_q2d(rate).rounded()), 300))
        fields.pointee.max_b_frames = 0
        fields.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        fields.pointee.color_range = format.colour.range
        fields.pointee.colorspace = format.colour.space
        fields.pointee.color_primaries = format.colour.primaries
        fields.pointee.color_trc = format.colour.transfer
        fields.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT
        if hasGlobalHeader { fields.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
        var options = OptionDictionary([:])
        if name == "libx264", isLive {
            fields.pointee.thread_count = 1
            options = OptionDictionary([
                "preset": "superfast", "tune": "zerolatency", "crf": "22", "forced-idr": "1",
            ])
        } else if name == "libx264" {
            fields.pointee.thread_count = Int32(min(ProcessInfo.processInfo.activeProcessorCount, 16))
            options = OptionDictionary(["preset": "veryfast", "crf": "20"])
        } else if name.hasPrefix("libvpx") {
            fields.pointee.thread_count = Int32(min(ProcessInfo.processInfo.activeProcessorCount, 16))
            // Without a look ahead there is a packet for each frame.
            options = OptionDictionary([
                "crf": "24", "b": "8M", "deadline": "realtime", "cpu-used": "5", "lag-in-frames": "0",
                "auto-alt-ref": "0",
            ])
        } else {
            fields.pointee.flags |= AV_CODEC_FLAG_QSCALE
            fields.pointee.global_quality = 4 * FF_QP2LAMBDA
        }
        try check(avcodec_open2(fields, codec, &options.pointer)) { status in
            .cannotEncode(
                file,
                detail:
                    "encoder \(String(cString: codec.pointee.name)) at \(width) x \(height): \(log.explain(status))"
            )
        }
        self.context = context
    }

    /// Describes the stream of packets.
    func describe(to parameters: UnsafeMutablePointer<AVCodecParameters>) throws(VideoError) {
        try check(avcodec_parameters_from_context(parameters, context.pointer), orThrow: failure)
    }

    /// Sends the next frame, after ``receive(into:)`` has asked for one.
    ///
    /// - Parameter isKey: Whether it must be a key frame; others may be.
    func send(
        _ frame: borrowing Frame, pts: Int64, duration: Int64, isKey: Bool = false
    ) throws(VideoError) {
        frame.pointer.pointee.pts = count
        frame.pointer.pointee.pict_type = isKey ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        count += 1
        times.append((pts, duration))
        try check(avcodec_send_frame(context.pointer, frame.pointer), orThrow: failure)
    }

    /// Says that no frame will follow.
    func drain() throws(VideoError) {
        try check(avcodec_send_frame(context.pointer, nil), orThrow: failure)
    }

    /// Puts the next packet into `packet`, with its time.
    func receive(into packet: borrowing Packet) throws(VideoError) -> Outcome {
        let status = FFmpegStatus(avcodec_receive_packet(context.pointer, packet.pointer))
        if status == .tryAgain { return .needsFrame }
        if status == .endOfFile { return .end }
        try check(status.code, orThrow: failure)
        let time = times.removeFirst()
        packet.pointer.pointee.pts = time.pts
        packet.pointer.pointee.dts = time.pts
        packet.pointer.pointee.duration = time.duration
        return .packet
    }

    private func failure(_ status: FFmpegStatus) -> VideoError {
        .cannotEncode(file, detail: "encoder \(name): \(log.explain(status))")
    }

    /// `rate`, or a usual one, in the 16 bits that MPEG-4 has.
    private static func rate(_ rate: Rational?) -> AVRational {
        let rate = rate ?? FrameClock.assumedFrameRate
        var result = AVRational(num: 0, den: 1)
        av_reduce(&result.num, &result.den, Int64(rate.numerator), Int64(rate.denominator), 65535)
        return result.num > 0 && result.den > 0 ? result : AVRational(num: 25, den: 1)
    }
}

extension AVRational {
    /// FFmpeg's fraction, 0/1 for an unknown one or one too large.
    init(_ fraction: Rational?) {
        guard let fraction, let num = Int32(exactly: fraction.numerator),
            let den = Int32(exactly: fraction.denominator)
        else {
            self.init(num: 0, den: 1)
            return
        }
        self.init(num: num, den: den)
    }
}
