import CFFmpeg

/// One of FFmpeg's bitstream filters, which change how a codec's packets are wrapped and not what they say.
final class PacketFilter {
    private var context: UnsafeMutablePointer<AVBSFContext>?

    /// The filter that a stream needs in a file with headers, or nil: broadcast AAC (ADTS) has in front of every
    /// packet what a file says once.
    init?(for stream: UnsafeMutablePointer<AVStream>) {
        let parameters = stream.pointee.codecpar!
        guard parameters.pointee.codec_id == AV_CODEC_ID_AAC, parameters.pointee.extradata_size == 0,
            let filter = av_bsf_get_by_name("aac_adtstoasc"),
            !FFmpegStatus(av_bsf_alloc(filter, &context)).isFailure, let context
        else { return nil }
        avcodec_parameters_copy(context.pointee.par_in, parameters)
        context.pointee.time_base_in = stream.pointee.time_base
        guard !FFmpegStatus(av_bsf_init(context)).isFailure else {
            av_bsf_free(&self.context)
            return nil
        }
    }

    deinit { av_bsf_free(&context) }

    /// Filters `packet` in place; false if it is damaged and nothing is left of it.
    func filter(_ packet: borrowing Packet) -> Bool {
        guard !FFmpegStatus(av_bsf_send_packet(context, packet.pointer)).isFailure else {
            av_packet_unref(packet.pointer)
            return false
        }
        return !FFmpegStatus(av_bsf_receive_packet(context, packet.pointer)).isFailure
    }
}
