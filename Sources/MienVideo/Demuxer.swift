import CFFmpeg

/// An opened container and the one video stream that is read of it.
///
/// The first packets are looked at before any is handed out: they tell whether the container has presentation
/// timestamps, which must be known before the first frame.
final class Demuxer {
    let name: InputName
    let streamIndex: Int32
    /// Why reading stopped before the end, once it did.
    private(set) var failure: Int32?
    /// The number of packets of the stream read so far.
    private(set) var packetCount = 0
    /// Whether the first packets all had presentation timestamps, and decoding timestamps.
    private(set) var hasPresentationTimestamps = true
    private(set) var hasDecodingTimestamps = true

    private var context: UnsafeMutablePointer<AVFormatContext>?
    private let deadline = Deadline()
    private let timeout: Double?
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var lookahead: [UnsafeMutablePointer<AVPacket>] = []
    private var lookaheadPosition = 0

    /// B-frames make presentation timestamps go missing a few packets into a file, not at its start.
    private static let lookaheadCount = 48

    init(_ name: InputName, timeout: Double) throws(VideoError) {
        _ = FFmpegLog.install
        self.name = name
        self.timeout = name.kind == .stream ? timeout : nil
        packet = av_packet_alloc()
        context = avformat_alloc_context()
        guard let allocated = context, packet != nil else { preconditionFailure("out of memory") }
        allocated.pointee.interrupt_callback = deadline.callback

        var options: OpaquePointer?
        for (key, value) in name.formatOptions { av_dict_set(&options, key, value, 0) }
        defer { av_dict_free(&options) }
        deadline.start(self.timeout)
        let opened = avformat_open_input(
            &context, name.url, name.format.flatMap { av_find_input_format($0) }, &options)
        guard opened >= 0, let context else {
            // A failed open has freed the context.
            self.context = nil
            streamIndex = -1
            throw Self.openError(name, opened, deadline: deadline, timeout: timeout)
        }
        let probed = avformat_find_stream_info(context, nil)
        guard probed >= 0 else {
            streamIndex = -1
            throw Self.openError(name, probed, deadline: deadline, timeout: timeout)
        }
        streamIndex = Self.videoStream(context)
        guard streamIndex >= 0 else { throw .noVideo(name.name, found: Self.kinds(context)) }
        for index in 0..<Int(context.pointee.nb_streams) where index != Int(streamIndex) {
            context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
        fillLookahead()
    }

    deinit {
        for packet in lookahead.dropFirst(lookaheadPosition) {
            var packet: UnsafeMutablePointer<AVPacket>? = packet
            av_packet_free(&packet)
        }
        av_packet_free(&packet)
        avformat_close_input(&context)
    }

    /// The number of packets the container's index lists, or nil if it has none.
    var claimedPackets: Int? { stream.pointee.nb_frames > 0 ? Int(stream.pointee.nb_frames) : nil }

    var format: UnsafeMutablePointer<AVFormatContext> { context! }
    var stream: UnsafeMutablePointer<AVStream> { format.pointee.streams[Int(streamIndex)]! }

    /// The next packet of the video stream, valid until the next call; nil at the end or at a failure.
    func next() -> UnsafeMutablePointer<AVPacket>? {
        if lookaheadPosition < lookahead.count {
            av_packet_unref(packet)
            var waiting: UnsafeMutablePointer<AVPacket>? = lookahead[lookaheadPosition]
            av_packet_move_ref(packet, waiting)
            av_packet_free(&waiting)
            lookaheadPosition += 1
            if lookaheadPosition == lookahead.count {
                lookahead = []
                lookaheadPosition = 0
            }
            return packet
        }
        return read()
    }

    private func read() -> UnsafeMutablePointer<AVPacket>? {
        while failure == nil {
            av_packet_unref(packet)
            deadline.start(timeout)
            let code = av_read_frame(context, packet)
            if code == mien_averror(EAGAIN) { continue }
            guard code >= 0 else {
                failure = code
                return nil
            }
            guard let packet, packet.pointee.stream_index == streamIndex else { continue }
            packetCount += 1
            return packet
        }
        return nil
    }

    private func fillLookahead() {
        while lookahead.count < Self.lookaheadCount, let read = read(), let copy = av_packet_alloc() {
            av_packet_move_ref(copy, read)
            lookahead.append(copy)
            if copy.pointee.pts == mien_av_nopts_value() { hasPresentationTimestamps = false }
            if copy.pointee.dts == mien_av_nopts_value() { hasDecodingTimestamps = false }
        }
        // One picture needs no clock.
        if lookahead.count <= 1 { hasPresentationTimestamps = true }
    }

    private static func videoStream(_ context: UnsafeMutablePointer<AVFormatContext>) -> Int32 {
        func isVideo(_ index: Int32) -> Bool {
            guard let stream = context.pointee.streams[Int(index)] else { return false }
            return stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
                && stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        }
        let best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        if best >= 0, isVideo(best) { return best }
        return (0..<Int32(context.pointee.nb_streams)).first(where: isVideo) ?? -1
    }

    private static func kinds(_ context: UnsafeMutablePointer<AVFormatContext>) -> [String] {
        let kinds = (0..<Int(context.pointee.nb_streams)).map { index in
            let stream = context.pointee.streams[index]!.pointee
            if stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 { return "cover art" }
            return av_get_media_type_string(stream.codecpar.pointee.codec_type).map { String(cString: $0) } ?? "data"
        }
        return Array(Set(kinds)).sorted()
    }

    private static func openError(
        _ name: InputName, _ code: Int32, deadline: Deadline, timeout: Double
    ) -> VideoError {
        if deadline.hasPassed { return .timedOut(name.name, seconds: timeout) }
        let words = ([reason(code)] + FFmpegLog.take()).joined(separator: "; ")
        if name.kind == .sequence {
            return .failed(name.name, action: "no image matches the pattern", reason: words)
        }
        if name.kind == .stream { return .failed(name.name, action: "cannot be opened", reason: words) }
        return .unrecognised(name.name, reason: words)
    }
}
