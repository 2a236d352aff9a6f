import CFFmpeg

/// Copies audio packets into a file as they are, alongside its video.
final class AudioCopy {
    /// The part of the source that is copied, in seconds of its own time.
    private var start = -Double.infinity
    /// What is added to the source's times, in seconds as a fraction.
    private var shift = (ticks: Int64(0), unit: AVRational(num: 1, den: 1))

    private let source: AudioSource
    private let muxer: Muxer
    private let tracks: [Track]
    /// The track of the packet that has been read and waits for its time.
    private var waiting: Int?

    /// One stream on its way.
    private final class Track {
        let stream: UnsafeMutablePointer<AVStream>
        let output: Int
        let timeBase: AVRational
        /// The highest decoding timestamp written.
        var last: Int64?
        /// Where the samples have come to, for ``av_rescale_delta``.
        var samples = mien_av_nopts_value()

        init(_ stream: UnsafeMutablePointer<AVStream>, output: Int) {
            (self.stream, self.output) = (stream, output)
            timeBase = Self.timeBase(of: stream)
        }

        /// A unit that holds the samples' times exactly, where the source's only rounds them.
        static func timeBase(of stream: UnsafeMutablePointer<AVStream>) -> AVRational {
            let base = stream.pointee.time_base
            let rate = stream.pointee.codecpar.pointee.sample_rate
            return base.den == rate && base.num == 1 || av_cmp_q(base, AVRational(num: 1, den: rate)) < 0
                ? base : AVRational(num: 1, den: rate)
        }
    }

    /// Adds streams to `muxer` for the audio of `source`; nil if none of it fits in such a file.
    ///
    /// - Parameter refuse: Told of a stream that does not fit: its codec's name.
    init?(_ source: AudioSource, muxer: Muxer, refuse: (String) -> Void) throws(VideoError) {
        var tracks: [Track] = []
        for stream in source.streams {
            let parameters = stream.pointee.codecpar!
            guard muxer.takes(parameters.pointee.codec_id) else {
                refuse(String(cString: avcodec_get_name(parameters.pointee.codec_id)))
                continue
            }
            let output = try muxer.addStream(timeBase: Track.timeBase(of: stream)) { target in
                avcodec_parameters_copy(target.pointee.codecpar, parameters)
                av_dict_copy(&target.pointee.metadata, stream.pointee.metadata, 0)
                target.pointee.disposition = stream.pointee.disposition
            }
            tracks.append(Track(stream, output: output))
        }
        guard !tracks.isEmpty else { return nil }
        source.select(tracks.map(\.stream))
        self.source = source
        self.muxer = muxer
        self.tracks = tracks
    }

    /// Says where the copy begins: all is moved by `shift`, and of a part, packets before `start` are left out.
    func begin(at start: Double?, shift: Int64, timeBase: AVRational) {
        self.start = start ?? -.infinity
        self.shift = (shift, timeBase)
    }

    /// Copies what comes before `end`, in seconds of the source.
    func copy(upTo end: Double) throws(VideoError) {
        while let track = waiting ?? next() {
            waiting = track
            let base = tracks[track].stream.pointee.time_base
            let fields = source.packet.pointer.pointee
            guard let time = timestamp(fields.dts) ?? timestamp(fields.pts) else {
                waiting = nil
                continue
            }
            let seconds = Double(time) * av_q2d(base)
            guard seconds < end else { return }
            waiting = nil
            if seconds >= start { try write(tracks[track]) }
        }
    }

    private func next() -> Int? {
        source.next().flatMap { stream in tracks.firstIndex { $0.stream == stream } }
    }

    private func write(_ track: Track) throws(VideoError) {
        let packet = source.packet.pointer
        let base = track.stream.pointee.time_base
        if timestamp(packet.pointee.dts) == nil { packet.pointee.dts = packet.pointee.pts }
        // A container's milliseconds are not where samples begin: count those.
        let length = av_get_audio_frame_duration2(track.stream.pointee.codecpar, packet.pointee.size)
        let rate = AVRational(num: 1, den: track.stream.pointee.codecpar.pointee.sample_rate)
        var time =
            length > 0 && av_cmp_q(base, track.timeBase) != 0
            ? av_rescale_delta(base, packet.pointee.dts, rate, length, &track.samples, track.timeBase)
            : av_rescale_q(packet.pointee.dts, base, track.timeBase)
        time += av_rescale_q(shift.ticks, shift.unit, track.timeBase)
        // Time that jumps back goes on instead, as the video's does.
        if let last = track.last, time <= last { time = last + 1 }
        track.last = time
        packet.pointee.dts = time
        packet.pointee.pts = time
        packet.pointee.duration = av_rescale_q(packet.pointee.duration, base, track.timeBase)
        try muxer.write(source.packet, stream: track.output)
    }
}
