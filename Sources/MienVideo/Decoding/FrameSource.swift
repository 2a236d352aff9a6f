import CFFmpeg
import MienCore

/// Reads, decodes and times the frames of one input, and keeps the account of what went wrong.
final class FrameSource {
    let demuxer: Demuxer
    let location: InputLocation
    /// What has been met so far.
    var report: VideoReport {
        var report = account
        report.warnings += clock.warnings
        return report
    }
    private var account = VideoReport()
    /// The time of the frame in ``frame``.
    private(set) var reading = FrameClock.Reading(pts: nil, timestamp: 0)

    /// How the frame in ``frame`` is shown.
    private(set) var geometry = DisplayGeometry(
        stored: PictureSize(width: 0, height: 0), aspect: nil, orientation: .upright)

    /// The highest timestamp so far.
    private(set) var latest: Double?

    private let log: FFmpegLog
    private let decoder: Decoder
    private let streamOrientation: Orientation
    /// That of the picture in the last packet, where FFmpeg does not read it.
    private var pictureOrientation: Orientation?
    private let packet = Packet()
    private var clock: FrameClock
    private var aspect: PixelAspect
    private var extent = StreamExtent()
    private var state = State.reading

    private enum State { case reading, draining, ended }

    /// Why there is nothing more to read.
    enum Ending: Equatable { case end, failed(FFmpegStatus), timedOut(seconds: Double) }

    /// Why reading stopped, once it has; frames may still come out of the decoder.
    private(set) var ending: Ending?
    /// The packets without data, as which a camera's spoilt buffers come.
    private(set) var emptyPackets = 0
    /// The monotonic times at which the latest packets came, at their number modulo the capacity.
    private var arrivals = [Double](repeating: 0, count: 64)
    private let deadlineIsForFrames: Bool

    convenience init(_ input: String, options: VideoOptions) throws(VideoError) {
        let location = try InputLocation(input, format: options.format)
        try self.init(location, settings: DemuxerSettings(options, isNetwork: location.isNetwork))
    }

    /// - Parameter isLive: Whether frames are wanted at once, even those before a key frame.
    init(
        _ location: InputLocation, settings: DemuxerSettings, isLive: Bool = false
    ) throws(VideoError) {
        let log = FFmpegLog()
        (demuxer, decoder) = try log.collect { () throws(VideoError) -> (Demuxer, Decoder) in
            let demuxer = try Demuxer(location, settings: settings, log: log)
            let decoder = try Decoder(
                demuxer.codec, stream: demuxer.stream, input: location.name, isLive: isLive, log: log)
            return (demuxer, decoder)
        }
        deadlineIsForFrames = settings.deadlineIsForFrames
        self.location = location
        streamOrientation = DisplayMatrix.orientation(of: demuxer.stream)
        self.log = log
        let stream = demuxer.stream.pointee
        clock = FrameClock(
            timeBase: Rational(stream.time_base) ?? Rational(1, Int(AV_TIME_BASE)),
            frameRate: demuxer.frameRate)
        aspect = PixelAspect(isPicture: demuxer.holdsPictures)
        if settings.videoStream == nil, let choice = demuxer.choice {
            account.warnings.append(
                "the input has several video streams: \(choice.streams). \(choice.number) is read; --video-stream N reads another"
            )
        }
    }

    // The demuxer may close before the decoder, whose frames can be the device's memory.
    deinit { log.collect { decoder.discard() } }

    /// The frame decoded last, valid until the next ``advance()``.
    var frame: UnsafeMutablePointer<AVFrame> { decoder.current }
    /// Whether that frame has damage.
    var isDamaged: Bool { decoder.isDamaged }
    /// The number of that frame among all frames of the input.
    var index: Int { account.decodedFrames - 1 }
    /// How long that frame is shown, in units of the stream's time base, if known.
    var duration: Int64? {
        let duration = mien_frame_duration(decoder.current)
        return duration > 0 ? duration : nil
    }

    /// The monotonic time in seconds at which the frame's packet came.
    var arrival: Double { arrivals[Int(truncatingIfNeeded: decoder.packetNumber) & 63] }

    /// The error for an input of which no frame came out.
    var nothingDecoded: VideoError {
        let message = log.lines.last ?? "the stream holds no frames"
        // What FFmpeg's still-image decoder says of an animation.
        if demuxer.codec.pointee.id == AV_CODEC_ID_WEBP, message.contains("image data not found") {
            return .unsupportedCodec(location.name, codec: "animated webp")
        }
        return .nothingDecoded(location.name, detail: message)
    }

    /// Decodes the next frame; false at the end. Throws only if reading was cancelled.
    func advance() throws(VideoError) -> Bool {
        try log.collect { () throws(VideoError) -> Bool in
            if deadlineIsForFrames { demuxer.restartDeadline() }
            while true {
                switch decoder.receive() {
                case .frame:
                    note()
                    return true
                case .end:
                    if state != .ended { finish() }
                    return false
                case .lost:
                    account.lostPackets += 1
                case .needsPacket:
                    try feed()
                }
            }
        }
    }

    private func note() {
        reading = clock.frameDecoded(bestEffort: timestamp(frame.pointee.best_effort_timestamp))
        latest = max(latest ?? reading.timestamp, reading.timestamp)
        account.decodedFrames += 1
        account.timeSource = clock.source
        measure()
        account.epochs = clock.epochs
    }

    private func measure() {
        let stored = PictureSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        let stated = Rational(av_guess_sample_aspect_ratio(demuxer.format, demuxer.stream, frame))
        geometry = DisplayGeometry(
            stored: stored, aspect: aspect.next(stated: stated, size: stored),
            orientation: DisplayMatrix.orientation(of: frame) ?? pictureOrientation ?? streamOrientation)
        if let warning = aspect.warning { account.warnings.append(warning) }
    }

    /// Gives the decoder one packet, or the news that there are no more.
    private func feed() throws(VideoError) {
        guard state == .reading else { return decoder.drain() }
        switch demuxer.read(into: packet) {
        case .packet:
            defer { av_packet_unref(packet.pointer) }
            let fields = packet.pointer.pointee
            let (pts, dts) = (timestamp(fields.pts), timestamp(fields.dts))
            let stream = demuxer.format.pointee.streams[Int(fields.stream_index)]!
            let isVideo = stream == demuxer.stream
            extent.extend(
                pts: pts, dts: dts, duration: fields.duration, timeBase: av_q2d(stream.pointee.time_base),
                isVideo: isVideo, isIncomplete: fields.flags & AV_PKT_FLAG_CORRUPT != 0)
            // An empty packet would mean the end to the decoder.
            guard isVideo, fields.size > 0 else {
                if isVideo { emptyPackets += 1 }
                return
            }
            arrivals[Int(truncatingIfNeeded: decoder.sentPackets + 1) & 63] = MonotonicClock.now
            // Frames before the start of an edit list are decoded and never come out.
            if fields.flags & AV_PKT_FLAG_DISCARD == 0 { clock.packetSent(pts: pts, dts: dts) }
            pictureOrientation = ExifOrientation.orientation(of: packet, codec: demuxer.codec.pointee.id)
            if decoder.send(packet).isFailure {
                account.lostPackets += 1
                clock.packetLost(dts: dts)
            }
        case .end:
            stopReading(.end, nil)
        case .failed(let status):
            switch demuxer.interruption {
            case .timedOut(_, let seconds):
                stopReading(.timedOut(seconds: seconds), "no data came for \(seconds.inSeconds)")
            case .some(let error): throw error
            case nil: stopReading(.failed(status), "reading failed (\(log.explain(status)))")
            }
        }
    }

    private func stopReading(_ ending: Ending, _ failure: String?) {
        state = .draining
        self.ending = ending
        account.endedEarly = failure
        decoder.drain()
    }

    /// Looks back, when the last frame is out.
    private func finish() {
        state = .ended
        let shortfall = demuxer.claim.shortfall(
            of: extent, frameLength: demuxer.frameRate?.inverse?.value ?? 0, index: demuxer.index)
        let reasons = [account.endedEarly, shortfall].compactMap(\.self)
        if !reasons.isEmpty {
            account.endedEarly = """
                \(location.name): the video ends early, after \(counted(account.decodedFrames, "frame")) at \
                \(reading.timestamp.inSeconds): \(reasons.joined(separator: "; "))
                """
        }
        if let gap = location.sequence?.gap(after: account.decodedFrames + account.lostPackets) {
            account.warnings.append(gap)
        }
    }
}
