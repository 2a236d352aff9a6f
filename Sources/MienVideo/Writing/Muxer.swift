import CFFmpeg
import MienCore

/// Writes packets into a file, a pipe or a stream to a server.
final class Muxer {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let container: Container
    /// The file's name as the user knows it, for messages.
    private let name: String
    private let interrupt: Interrupt
    private let pipe: PipeOutput?
    /// The seconds that a call may take.
    private let patience: Double?
    private let log: FFmpegLog
    /// Whether the stream has begun and not ended.
    private var isOpen = false
    /// The units in which each stream's packets come.
    private var timeBases: [AVRational] = []

    /// Opens `location`; a file is emptied.
    ///
    /// - Parameters:
    ///   - patience: The seconds that a pipe may have no reader, or a server may not answer; nil is for ever.
    ///   - cancellation: Ends what a pipe or a server keeps waiting.
    init(
        _ location: OutputLocation, patience: Double?, cancellation: Cancellation, log: FFmpegLog
    ) throws(VideoError) {
        let name = location.name
        let interrupt = Interrupt(cancellation: cancellation)
        var pipe: PipeOutput?
        var url: (text: String, isFile: Bool)?
        interrupt.restart(seconds: patience)
        switch location.target {
        case .file(let path): url = ("file:" + path, true)
        case .url(let text): url = (text, false)
        case .descriptor(let descriptor): pipe = PipeOutput(descriptor: descriptor, interrupt: interrupt)
        case .pipe(let path):
            pipe = try PipeOutput(path: path, name: name, interrupt: interrupt)
        }
        // The reader of a pipe, once there is one, may take its time: a player that is paused does.
        self.patience = url == nil ? nil : patience
        var context: UnsafeMutablePointer<AVFormatContext>?
        func explain(_ status: FFmpegStatus) -> VideoError {
            // What FFmpeg logs of a connection often says the same once more.
            let isSaid = log.lines.last?.contains(status.text) ?? false
            return Self.interruption(interrupt, name: name)
                ?? .cannotWrite(name, detail: isSaid ? status.text : log.explain(status))
        }
        try check(
            avformat_alloc_output_context2(&context, nil, location.container.muxer, url?.text),
            orThrow: explain)
        self.context = context!
        container = location.container
        (self.name, self.interrupt, self.pipe, self.log) = (name, interrupt, pipe, log)
        // Times are the source's, also before zero; nothing of this machine or moment gets into the file.
        self.context.pointee.avoid_negative_ts = 0
        self.context.pointee.strict_std_compliance = Self.compliance
        self.context.pointee.flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_FLUSH_PACKETS
        interrupt.attach(to: self.context)
        if let pipe {
            self.context.pointee.pb = pipe.io
        } else if let url, !hasNoFile {
            var options = OptionDictionary(location.options)
            // Writing a file is not given up.
            try check(
                withUnsafePointer(to: &self.context.pointee.interrupt_callback) {
                    avio_open2(
                        &self.context.pointee.pb, url.text, AVIO_FLAG_WRITE, url.isFile ? nil : $0,
                        &options.pointer)
                }, orThrow: explain)
        }
    }

    deinit {
        // What is left may have to be said to a server; interrupt and pipe are released after it.
        interrupt.restart(seconds: 1)
        if isOpen, hasNoFile { av_write_trailer(context) }
        close()
        avformat_free_context(context)
    }

    /// Whether the muxer itself connects to its server.
    private var hasNoFile: Bool { context.pointee.oformat.pointee.flags & AVFMT_NOFILE != 0 }

    @discardableResult
    private func close() -> Int32 {
        guard context.pointee.pb != nil else { return 0 }
        guard pipe != nil else { return avio_closep(&context.pointee.pb) }
        defer { context.pointee.pb = nil }
        avio_flush(context.pointee.pb)
        return context.pointee.pb.pointee.error
    }

    /// Whether streams need their decoder's set-up in the file's header.
    var hasGlobalHeader: Bool { context.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0 }

    /// Whether such a file can hold a stream like this one.
    func takes(_ parameters: UnsafeMutablePointer<AVCodecParameters>) -> Bool {
        let codec = parameters.pointee.codec_id
        guard avformat_query_codec(context.pointee.oformat, codec, Self.compliance) == 1 else { return false }
        // The muxer's table of codecs is not its last word: that it says when it is asked to begin.
        var trial: UnsafeMutablePointer<AVFormatContext>?
        guard avformat_alloc_output_context2(&trial, context.pointee.oformat, nil, nil) >= 0, let trial,
            let stream = avformat_new_stream(trial, nil)
        else { return false }
        defer { avformat_free_context(trial) }
        // Muxers ask their output whether it can be sought in, before anything is written to it.
        guard avio_open_dyn_buf(&trial.pointee.pb) >= 0 else { return false }
        defer {
            var written: UnsafeMutablePointer<UInt8>?
            avio_close_dyn_buf(trial.pointee.pb, &written)
            trial.pointee.pb = nil
            av_free(written)
        }
        trial.pointee.strict_std_compliance = Self.compliance
        avcodec_parameters_copy(stream.pointee.codecpar, parameters)
        stream.pointee.codecpar.pointee.codec_tag = 0
        stream.pointee.time_base = AVRational(num: 1, den: parameters.pointee.sample_rate)
        var options = OptionDictionary(container.options(timeBases: []))
        return avformat_init_output(trial, &options.pointer) >= 0
    }

    /// FLAC in MP4, which this FFmpeg still calls an experiment, has long been a standard.
    private static let compliance = FF_COMPLIANCE_EXPERIMENTAL

    /// Adds a stream, which `describe` fills in, and returns its number.
    func addStream(
        timeBase: AVRational, _ describe: (UnsafeMutablePointer<AVStream>) throws(VideoError) -> Void
    ) throws(VideoError) -> Int {
        guard let stream = avformat_new_stream(context, nil) else {
            throw .cannotWrite(name, detail: "no memory for a stream")
        }
        stream.pointee.time_base = timeBase
        try describe(stream)
        // The source's container may have other tags for the same codec.
        stream.pointee.codecpar.pointee.codec_tag = 0
        timeBases.append(timeBase)
        return Int(stream.pointee.index)
    }

    /// Begins the file, when all streams have been added.
    func begin() throws(VideoError) {
        let options = container.options(timeBases: timeBases.compactMap { Rational($0) })
        var dictionary = OptionDictionary(options)
        interrupt.restart(seconds: patience)
        try check(avformat_write_header(context, &dictionary.pointer), orThrow: failure)
        isOpen = true
    }

    /// Writes `packet`, whose times are in the units of its stream, and empties it.
    func write(_ packet: borrowing Packet, stream: Int) throws(VideoError) {
        let target = context.pointee.streams[stream]!
        av_packet_rescale_ts(packet.pointer, timeBases[stream], target.pointee.time_base)
        packet.pointer.pointee.stream_index = Int32(stream)
        packet.pointer.pointee.pos = -1
        interrupt.restart(seconds: patience)
        try check(av_interleaved_write_frame(context, packet.pointer), orThrow: failure)
    }

    /// The units that the file counts a stream's times in, once it has begun.
    func timeBase(of stream: Int) -> AVRational { context.pointee.streams[stream]!.pointee.time_base }

    /// Ends the file.
    func finish() throws(VideoError) {
        interrupt.restart(seconds: patience)
        isOpen = false
        try check(av_write_trailer(context), orThrow: failure)
        try check(close(), orThrow: failure)
    }

    private static func interruption(_ interrupt: Interrupt, name: String) -> VideoError? {
        if interrupt.isCancelled { return .cannotWrite(name, detail: "it did not take the end of the video") }
        return interrupt.expiredAfter.map { .cannotWrite(name, detail: "no answer within \($0.inSeconds)") }
    }

    private func failure(_ status: FFmpegStatus) -> VideoError {
        if let interruption = Self.interruption(interrupt, name: name) { return interruption }
        // The device's own error, which the muxer may have passed over.
        let device = context.pointee.pb.map { FFmpegStatus($0.pointee.error) }
        let isDevices = device.map { $0.isFailure && $0 != .endOfFile } ?? false
        let cause = isDevices ? device ?? status : status
        if cause.isBrokenPipe { return .cannotWrite(name, detail: "its reader is gone") }
        return .cannotWrite(name, detail: isDevices ? cause.text : log.explain(cause))
    }
}
