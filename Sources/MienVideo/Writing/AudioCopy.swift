import CFFmpeg

/// Copies audio packets into a file as they are, alongside its video.
final class AudioCopy {
    /// What is added to the source's times.
    private var shift = (ticks: Int64(0), unit: AVRational(num: 1, den: 1))
    /// Whether what comes before the copy's beginning is left out.
    private var isPart = false

    private let source: AudioSource
    private let muxer: Muxer
    private let tracks: [Track]
    /// The track of the packet that has been read and waits until it is due, and its time in the copy.
    private var waiting: (track: Track, time: Int64)?

    /// One stream on its way.
    private final class Track {
        let stream: UnsafeMutablePointer<AVStream>
        let output: Int
        let timeBase: AVRational
        let filter: PacketFilter?
        /// The time of the packet before, and where it ends.
        var last: (time: Int64, end: Int64)?
        /// What is added to times where the source's jump back.
        var jump: Int64 = 0
        /// Where the samples have come to, for ``av_rescale_delta``.
        var samples = mien_av_nopts_value()

        init(_ stream: UnsafeMutablePointer<AVStream>, output: Int) {
            (self.stream, self.output) = (stream, output)
            timeBase = Self.timeBase(of: stream)
            filter = PacketFilter(for: stream)
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
    /// - Parameters:
    ///   - isForBrowsers: Whether what they do not play counts as not fitting.
    ///   - refuse: Told of a stream that does not fit: its codec's name.
    init?(
        _ source: AudioSource, muxer: Muxer, isForBrowsers: Bool = false, refuse: (String) -> Void
    ) throws(VideoError) {
        var tracks: [Track] = []
        for stream in source.streams {
            let parameters = stream.pointee.codecpar!
            let codec = String(cString: avcodec_get_name(parameters.pointee.codec_id))
            let isPlayed = ["aac", "mp3", "opus", "flac", "vorbis"].contains(codec)
            guard isPlayed || !isForBrowsers, muxer.takes(parameters) else {
                refuse(codec)
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

    /// Says where the copy begins: all is moved by `shift`, and of a part, what comes before zero is left out.
    func begin(isPart: Bool, shift: Int64, timeBase: AVRational) {
        self.isPart = isPart
        self.shift = (shift, timeBase)
    }

    /// Copies what comes before `end`, in seconds of the copy.
    func copy(upTo end: Double) throws(VideoError) {
        while let due = waiting ?? next() {
            waiting = due
            guard Double(due.time) * av_q2d(due.track.timeBase) < end else { return }
            waiting = nil
            let fields = source.packet.pointer
            fields.pointee.dts = due.time
            fields.pointee.pts = due.time
            fields.pointee.duration = av_rescale_q(
                fields.pointee.duration, due.track.stream.pointee.time_base, due.track.timeBase)
            if let filter = due.track.filter, !filter.filter(source.packet) { continue }
            try muxer.write(source.packet, stream: due.track.output)
        }
    }

    /// Reads the next packet that belongs to the copy.
    private func next() -> (track: Track, time: Int64)? {
        while let stream = source.next() {
            guard let track = tracks.first(where: { $0.stream == stream }), let time = time(track) else {
                continue
            }
            if isPart, time < 0 { continue }
            return (track, time)
        }
        return nil
    }

    /// The time in the copy of the packet that has just been read, or nil if it has none.
    private func time(_ track: Track) -> Int64? {
        let packet = source.packet.pointer.pointee
        let base = track.stream.pointee.time_base
        guard let ticks = timestamp(packet.dts) ?? timestamp(packet.pts) else { return nil }
        let parameters = track.stream.pointee.codecpar!
        let rate = AVRational(num: 1, den: parameters.pointee.sample_rate)
        // A container's milliseconds are not where samples begin: count those.
        let length = av_get_audio_frame_duration2(parameters, packet.size)
        var time =
            length > 0 && av_cmp_q(base, track.timeBase) != 0
            ? av_rescale_delta(base, ticks, rate, length, &track.samples, track.timeBase)
            : av_rescale_q(ticks, base, track.timeBase)
        time += av_rescale_q(shift.ticks, shift.unit, track.timeBase) + track.jump
        if let last = track.last, time <= last.time {
            // Time that jumps back goes on instead, as the video's does; what overlaps a little is squeezed.
            let isJump = Double(last.time - time) * av_q2d(track.timeBase) > 0.5
            if isJump { track.jump += last.end - time }
            time = isJump ? last.end : last.time + 1
        }
        track.last = (time, time + max(1, av_rescale_q(Int64(length), rate, track.timeBase)))
        return time
    }
}
