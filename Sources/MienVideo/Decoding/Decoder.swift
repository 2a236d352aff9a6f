import CFFmpeg

/// Turns packets into frames, with FFmpeg's send and receive.
///
/// Packets that the decoder refuses are lost, which is counted and never ends the reading.
///
/// Decoding runs in one thread. The same input must give the same table, and with damaged input FFmpeg's
/// other ways do not: threads that decode whole frames in parallel set damage flags that vary from run to
/// run, threads that share a frame's slices conceal differently with their number. The cores are the
/// encoder's anyway.
final class Decoder {
    enum Outcome: Equatable { case frame, needsPacket, end, lost(FFmpegStatus) }

    /// The most pixels that a picture may have: 16384 x 16384. A damaged header must not ask for terabytes.
    static let mostPixels = 1 << 28

    private let context: CodecContext
    private let frame = Frame()
    /// The number of the packet sent last; frames carry their packet's number.
    private var serial: Int64 = 0
    /// The numbers of packets known to be damaged whose frames are still to come.
    private var damagedPackets: Set<Int64> = []
    private let log: FFmpegLog
    /// Whether the decoder marks the frames in which it concealed errors; others only say so in the log.
    private let marksDamage: Bool

    init(
        _ codec: UnsafePointer<AVCodec>, stream: UnsafeMutablePointer<AVStream>, input: String,
        isLive: Bool = false, log: FFmpegLog
    ) throws(VideoError) {
        self.log = log
        let name = String(cString: codec.pointee.name)
        guard let context = CodecContext(codec) else {
            throw .cannotOpen(input, detail: "no memory for the decoder \(name)")
        }
        let parameters = stream.pointee.codecpar
        func explain(_ status: FFmpegStatus) -> VideoError {
            .cannotOpen(input, detail: "decoder \(name): \(log.explain(status))")
        }
        try check(avcodec_parameters_to_context(context.pointer, parameters), orThrow: explain)
        context.pointer.pointee.pkt_timebase = stream.pointee.time_base
        context.pointer.pointee.thread_count = 1
        context.pointer.pointee.max_pixels = Int64(Self.mostPixels)
        if isLive {
            // A live stream is joined midway: frames before the next key frame come out, marked as damaged.
            context.pointer.pointee.flags |=
                AV_CODEC_FLAG_LOW_DELAY | AV_CODEC_FLAG_OUTPUT_CORRUPT
        }
        try check(avcodec_open2(context.pointer, codec, nil), orThrow: explain)
        let concealing = [
            AV_CODEC_ID_H264, AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
            AV_CODEC_ID_H263,
            AV_CODEC_ID_H263P, AV_CODEC_ID_FLV1, AV_CODEC_ID_MSMPEG4V1, AV_CODEC_ID_MSMPEG4V2,
            AV_CODEC_ID_MSMPEG4V3, AV_CODEC_ID_WMV1, AV_CODEC_ID_WMV2, AV_CODEC_ID_WMV3, AV_CODEC_ID_VC1,
        ]
        marksDamage = concealing.contains(codec.pointee.id)
        self.context = context
    }

    /// Sends a packet, after ``receive()`` has asked for one.
    func send(_ packet: borrowing Packet) -> FFmpegStatus {
        serial += 1
        context.pointer.pointee.reordered_opaque = serial
        let isFlagged = packet.pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0
        let errors = log.errorCount
        let status = FFmpegStatus(avcodec_send_packet(context.pointer, packet.pointer))
        // The demuxer's flag can sit on an intact neighbour: of what a decoder marks itself it says less.
        if !marksDamage, !status.isFailure, isFlagged || log.errorCount > errors {
            damagedPackets.insert(serial)
        }
        return status
    }

    /// Says that no packet will follow.
    func drain() { avcodec_send_packet(context.pointer, nil) }

    /// Decodes the next frame into ``current``.
    func receive() -> Outcome {
        let errors = log.errorCount
        let status = FFmpegStatus(avcodec_receive_frame(context.pointer, frame.pointer))
        switch status {
        case .tryAgain: return .needsPacket
        case .endOfFile: return .end
        default: break
        }
        if status.isFailure { return .lost(status) }
        let fields = frame.pointer.pointee
        let number = fields.reordered_opaque
        isDamaged =
            fields.decode_error_flags != 0 || fields.flags & AV_FRAME_FLAG_CORRUPT != 0
            || damagedPackets.remove(number) != nil || !marksDamage && log.errorCount > errors
        // Frames that never came.
        if damagedPackets.count > 64 { damagedPackets = damagedPackets.filter { $0 > number - 64 } }
        return .frame
    }

    /// The frame decoded last, valid until the next ``receive()``.
    var current: UnsafeMutablePointer<AVFrame> { frame.pointer }

    /// The number, from 1, of the packet that gave the frame decoded last.
    var packetNumber: Int64 { frame.pointer.pointee.reordered_opaque }
    /// The number of the packet sent last.
    var sentPackets: Int64 { serial }

    /// Whether the frame decoded last has damage that the decoder concealed.
    private(set) var isDamaged = false

    /// Lets go of every packet and frame. They can be a device's own memory, which goes when the device is closed.
    func discard() {
        av_frame_unref(frame.pointer)
        avcodec_flush_buffers(context.pointer)
    }
}
