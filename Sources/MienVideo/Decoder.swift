import CFFmpeg

/// Packets in, frames out: FFmpeg's decoder for one stream.
///
/// It runs on the calling thread. Threads of its own would contend with the encoder for the cores, and frame
/// threads make the error flags of a damaged file vary from run to run.
final class Decoder {
    let codecName: String
    /// The number of packets the decoder would not take.
    private(set) var lostPackets = 0
    /// Errors the decoder logged, for messages.
    private(set) var complaints: [String] = []

    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var frame: UnsafeMutablePointer<AVFrame>?
    private let demuxer: Demuxer
    private let willTake: (UnsafeMutablePointer<AVPacket>) -> Void
    private var isDraining = false

    /// - Parameter willTake: Told of every packet before it is decoded.
    init(
        _ demuxer: Demuxer, willTake: @escaping (UnsafeMutablePointer<AVPacket>) -> Void
    ) throws(VideoError) {
        self.demuxer = demuxer
        self.willTake = willTake
        let parameters = demuxer.stream.pointee.codecpar!
        codecName = String(cString: avcodec_get_name(parameters.pointee.codec_id))
        guard let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            throw .noDecoder(demuxer.name.name, codec: codecName)
        }
        context = avcodec_alloc_context3(codec)
        frame = av_frame_alloc()
        guard let context, frame != nil else { preconditionFailure("out of memory") }
        avcodec_parameters_to_context(context, parameters)
        context.pointee.pkt_timebase = demuxer.stream.pointee.time_base
        context.pointee.thread_count = 1
        // A header may claim any size; this is 16,384 squared.
        context.pointee.max_pixels = 1 << 28
        let code = avcodec_open2(context, codec, nil)
        guard code >= 0 else {
            throw .failed(
                demuxer.name.name, action: "the \(codecName) decoder cannot start", reason: reason(code))
        }
    }

    deinit {
        av_frame_free(&frame)
        avcodec_free_context(&context)
    }

    /// The next frame, valid until the next call; nil at the end.
    func next() -> UnsafeMutablePointer<AVFrame>? {
        while true {
            let code = avcodec_receive_frame(context, frame)
            if code >= 0 { return frame }
            if code == mien_averror(EAGAIN), !isDraining {
                feed()
            } else if code == mien_averror_eof() || code == mien_averror(EAGAIN) {
                return nil
            } else {
                // The packet is lost; the decoder goes on with the next.
                lose()
            }
        }
    }

    private func feed() {
        guard let packet = demuxer.next() else {
            isDraining = true
            avcodec_send_packet(context, nil)
            return
        }
        // An empty packet would tell the decoder that this is the end.
        guard packet.pointee.size > 0 else { return lose() }
        willTake(packet)
        let code = avcodec_send_packet(context, packet)
        if code < 0, code != mien_averror(EAGAIN) { lose() }
    }

    private func lose() {
        lostPackets += 1
        if complaints.count < 4 { complaints += FFmpegLog.take() }
    }
}
