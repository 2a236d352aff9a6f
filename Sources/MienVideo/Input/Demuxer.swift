import CFFmpeg

/// Opens an input, finds its video stream and reads that stream's packets.
final class Demuxer {
    /// What reading gave.
    enum Outcome: Equatable { case packet, end, failed(FFmpegStatus) }

    let location: InputLocation
    let stream: UnsafeMutablePointer<AVStream>
    let codec: UnsafePointer<AVCodec>
    /// What the header says of the length, for telling a file that was cut short.
    let claim: LengthClaim
    private let settings: DemuxerSettings
    private let interrupt: Interrupt
    private let context: FormatContext

    init(_ location: InputLocation, settings: DemuxerSettings, log: FFmpegLog) throws(VideoError) {
        self.location = location
        self.settings = settings
        let interrupt = Interrupt(cancellation: settings.cancellation)
        self.interrupt = interrupt
        let pipe = try location.pipe(interrupt: interrupt)
        func explain(_ status: FFmpegStatus) -> VideoError {
            if let error = interrupt.error(for: location.name) { return error }
            if let pipe, pipe.byteCount == 0, status.isEndOrInvalid { return .empty(location.name) }
            return location.error(for: status, detail: log.explain(status))
        }

        var context = FormatContext(
            interrupt: interrupt, pipe: pipe, isNonblocking: settings.isNonblocking)
        let format = location.format.flatMap { av_find_input_format($0) }
        var dictionary = OptionDictionary(location.options.merging(settings.inputOptions) { $1 })
        interrupt.restart(seconds: settings.openTimeout)
        try check(context.open(location.url, format: format, options: &dictionary), orThrow: explain)
        if let name = dictionary.leftover { throw .unknownOption(location.name, name: name) }
        let opened = context.pointer!
        var claim = LengthClaim(header: opened)

        interrupt.restart(seconds: settings.openTimeout)
        if settings.probes { try check(avformat_find_stream_info(opened, nil), orThrow: explain) }
        if let error = interrupt.error(for: location.name) { throw error }
        claim.complete(from: opened)
        (stream, codec) = try Self.videoStream(
            of: opened, number: settings.videoStream, input: location.name)
        for index in 0..<Int(opened.pointee.nb_streams) where index != Int(stream.pointee.index) {
            opened.pointee.streams[index]!.pointee.discard =
                claim.needsAllStreams ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
        self.claim = claim
        self.context = context
    }

    /// FFmpeg's context, valid while the demuxer lives.
    var format: UnsafeMutablePointer<AVFormatContext> { context.pointer! }

    /// Begins to wait for the next frame.
    func restartDeadline() { interrupt.restart(seconds: settings.readTimeout) }

    /// Whether all of the input is there already, rather than made while it is read.
    var isFinite: Bool {
        if timestamp(format.pointee.duration).map({ $0 > 0 }) ?? false { return true }
        return format.pointee.pb.map { avio_size($0) > 0 } ?? false
    }

    /// Reads the next packet of any stream that is not discarded.
    func read(into packet: borrowing Packet) -> Outcome {
        if !settings.deadlineIsForFrames { restartDeadline() }
        while true {
            // FFmpeg itself asks only where it waits.
            if settings.deadlineIsForFrames ? interrupt.shouldStop : interrupt.isCancelled {
                return .failed(FFmpegStatus(mien_averror_exit()))
            }
            let status = FFmpegStatus(av_read_frame(format, packet.pointer))
            switch status {
            case .tryAgain where !interrupt.shouldStop:
                // A device that has no frame yet; there is nothing to wait on.
                av_usleep(2000)
            case .endOfFile:
                // An I/O error that the demuxer took for the end.
                let error = format.pointee.pb.map { FFmpegStatus($0.pointee.error) }
                if let error, error.isFailure, error != .endOfFile { return .failed(error) }
                return .end
            default:
                return status.isFailure ? .failed(status) : .packet
            }
        }
    }

    /// The packets that the container's index lists: how many, and the decoding timestamp of the last.
    var index: (count: Int, last: Int64)? {
        let count = avformat_index_get_entries_count(stream)
        guard count > 0, let entry = avformat_index_get_entry(stream, count - 1) else { return nil }
        return timestamp(entry.pointee.timestamp).map { (Int(count), $0) }
    }

    /// The cancellation or expired deadline behind a failed read, if that is what it was.
    var interruption: VideoError? { interrupt.error(for: location.name) }

    /// The video stream of that number, cover pictures apart; without one that which FFmpeg's players would choose.
    private static func videoStream(
        of context: UnsafeMutablePointer<AVFormatContext>, number: Int?, input: String
    ) throws(VideoError) -> (UnsafeMutablePointer<AVStream>, UnsafePointer<AVCodec>) {
        let candidates = videoStreams(of: context)
        guard let first = candidates.first else { throw .noVideo(input, contents: contents(of: context)) }
        let chosen: UnsafeMutablePointer<AVStream>
        if let number {
            guard candidates.indices.contains(number) else {
                throw .noStream(input, number: number, streams: describe(candidates))
            }
            chosen = candidates[number]
        } else {
            let best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
            chosen = candidates.first { $0.pointee.index == best } ?? first
        }
        let id = chosen.pointee.codecpar.pointee.codec_id
        guard let codec = decoder(of: chosen) else {
            throw .unsupportedCodec(input, codec: String(cString: avcodec_get_name(id)))
        }
        return (chosen, codec)
    }

    /// FFmpeg's own decoder, except for VP8 and VP9 with transparency, which only libvpx's reads.
    private static func decoder(of stream: UnsafeMutablePointer<AVStream>) -> UnsafePointer<AVCodec>? {
        let id = stream.pointee.codecpar.pointee.codec_id
        let names = [AV_CODEC_ID_VP8.rawValue: "libvpx", AV_CODEC_ID_VP9.rawValue: "libvpx-vp9"]
        if let name = names[id.rawValue],
            let mode = av_dict_get(stream.pointee.metadata, "alpha_mode", nil, 0),
            String(cString: mode.pointee.value) == "1", let codec = avcodec_find_decoder_by_name(name)
        {
            return codec
        }
        return avcodec_find_decoder(id)
    }

    /// Frames per second, as the container states or FFmpeg guesses them.
    var frameRate: Rational? {
        [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].compactMap { Rational($0) }
            .first { $0.value > 0 }
    }

    /// The name of FFmpeg's demuxer.
    var container: String { String(cString: format.pointee.iformat.pointee.name) }

    /// Whether the input is one picture.
    var isStill: Bool { location.sequence == nil && (container == "image2" || container.hasSuffix("_pipe")) }

    /// Whether the input is a picture, numbered pictures or an animated picture rather than a video.
    var holdsPictures: Bool { isStill || ["image2", "gif", "apng"].contains(container) }

    /// The number of the stream that is read among the video streams, and all of those in words; nil if it is the only one.
    var choice: (number: Int, streams: String)? {
        let candidates = Self.videoStreams(of: format)
        guard candidates.count > 1, let number = candidates.firstIndex(of: stream) else { return nil }
        return (number, Self.describe(candidates))
    }

    /// The streams that can be read.
    private static func videoStreams(
        of context: UnsafeMutablePointer<AVFormatContext>
    ) -> [UnsafeMutablePointer<AVStream>] { streams(of: context).filter { isVideo($0) && !isCover($0) } }

    /// "0 (h264, 640x360), 1 (h264, 320x180)".
    private static func describe(_ streams: [UnsafeMutablePointer<AVStream>]) -> String {
        streams.enumerated().map { number, stream in
            let parameters = stream.pointee.codecpar.pointee
            let codec = String(cString: avcodec_get_name(parameters.codec_id))
            return "\(number) (\(codec), \(parameters.width)x\(parameters.height))"
        }.joined(separator: ", ")
    }

    private static func streams(
        of context: UnsafeMutablePointer<AVFormatContext>
    ) -> [UnsafeMutablePointer<AVStream>] {
        (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
    }

    private static func isVideo(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
    }

    private static func isCover(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    }

    /// What a context without video holds, in words.
    private static func contents(of context: UnsafeMutablePointer<AVFormatContext>) -> String {
        let words = streams(of: context).map { stream in
            let parameters = stream.pointee.codecpar.pointee
            let codec = String(cString: avcodec_get_name(parameters.codec_id))
            if isCover(stream) { return "a cover picture (\(codec))" }
            guard let kind = av_get_media_type_string(parameters.codec_type) else { return "unknown data" }
            return "\(String(cString: kind)) (\(codec))"
        }
        return words.isEmpty ? "no streams at all" : words.joined(separator: " and ")
    }
}
