import CFFmpeg
import MienCore

/// Reads the audio packets of an input, undecoded, in the order they lie there.
///
/// It opens the input by itself: the reader of the video sees no audio.
final class AudioSource {
    /// The audio streams.
    let streams: [UnsafeMutablePointer<AVStream>]
    /// The packet read last.
    let packet = Packet()

    private let context: FormatContext
    private let interrupt: Interrupt
    private let log: FFmpegLog
    private var isAtEnd = false

    /// Nil if `input` has no audio, or cannot be read a second time.
    init?(_ input: String, cancellation: Cancellation, log: FFmpegLog) {
        guard let location = try? InputLocation(input, format: nil), location.canBeReadAgain else {
            return nil
        }
        interrupt = Interrupt(
            cancellation: cancellation, timeout: location.isNetwork ? VideoOptions.networkTimeout : nil)
        var context = FormatContext(interrupt: interrupt, pipe: nil, isNonblocking: false)
        let format = location.format.flatMap { av_find_input_format($0) }
        var options = OptionDictionary(location.options)
        interrupt.restart()
        guard !FFmpegStatus(context.open(location.url, format: format, options: &options)).isFailure,
            let opened = context.pointer
        else { return nil }
        func all() -> [UnsafeMutablePointer<AVStream>] {
            (0..<Int(opened.pointee.nb_streams)).compactMap { opened.pointee.streams[$0] }
        }
        // An MPEG program stream has no header that lists its streams: they are found by reading.
        guard all().contains(where: Self.isAudio) || opened.pointee.ctx_flags & AVFMTCTX_NOHEADER != 0 else {
            return nil
        }
        interrupt.restart()
        avformat_find_stream_info(opened, nil)
        // Without these the muxer could not describe the stream.
        streams = all().filter {
            Self.isAudio($0) && $0.pointee.codecpar.pointee.sample_rate > 0
                && $0.pointee.codecpar.pointee.ch_layout.nb_channels > 0
        }
        guard !streams.isEmpty else { return nil }
        for stream in all() where !Self.isAudio(stream) { stream.pointee.discard = AVDISCARD_ALL }
        self.context = context
        self.log = log
    }

    /// Leaves out the streams that are not in `wanted`.
    func select(_ wanted: [UnsafeMutablePointer<AVStream>]) {
        for stream in streams where !wanted.contains(stream) { stream.pointee.discard = AVDISCARD_ALL }
    }

    /// Reads the next packet into ``packet``; nil at the end, otherwise its stream.
    func next() -> UnsafeMutablePointer<AVStream>? {
        guard !isAtEnd else { return nil }
        av_packet_unref(packet.pointer)
        while true {
            interrupt.restart()
            let status = FFmpegStatus(av_read_frame(context.pointer!, packet.pointer))
            if status == .tryAgain, !interrupt.shouldStop { continue }
            guard !status.isFailure else {
                // A file that is cut short has told so while its video was read.
                isAtEnd = true
                return nil
            }
            let index = packet.pointer.pointee.stream_index
            if packet.pointer.pointee.size > 0,
                let stream = streams.first(where: { $0.pointee.index == index })
            {
                return stream
            }
            av_packet_unref(packet.pointer)
        }
    }

    private static func isAudio(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    }
}
