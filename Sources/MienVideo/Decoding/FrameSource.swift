import CFFmpeg
import MienText

/// Reads, decodes and times the frames of one input, and keeps the account of what went wrong.
final class FrameSource {
    let demuxer: Demuxer
    let location: InputLocation
    private(set) var report = VideoReport()
    /// The time of the frame in ``frame``.
    private(set) var reading = FrameClock.Reading(pts: nil, timestamp: 0)

    /// The highest timestamp so far.
    private(set) var latest: Double?

    private let log: FFmpegLog
    private let decoder: Decoder
    private let streamOrientation: Orientation
    private let packet = Packet()
    private var clock: FrameClock
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
        let count = demuxer.videoStreamCount
        if count > 1 {
            report.warnings.append(
                "the input has \(counted(count, "video stream")); stream \(stream.index) is read")
        }
    }

    // The demuxer may close before the decoder, whose frames can be the device's memory.
    deinit { log.collect { decoder.discard() } }

    /// The frame decoded last, valid until the next ``advance()``.
    var frame: UnsafeMutablePointer<AVFrame> { decoder.current }
    /// Whether that frame has damage.
    var isDamaged: Bool { decoder.isDamaged }
    /// The number of that frame among all frames of the input.
    var index: Int { report.decodedFrames - 1 }
    /// How long that frame is shown, in units of the stream's time base, if known.
    var duration: Int64? {
        let duration = mien_frame_duration(decoder.current)
        return duration > 0 ? duration : nil
    }
    /// How that frame lies.
    var orientation: Orientation { DisplayMatrix.orientation(of: frame) ?? streamOrientation }

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
                    report.lostPackets += 1
                case .needsPacket:
                    try feed()
                }
            }
        }
    }

    private func note() {
        reading = clock.frameDecoded(bestEffort: timestamp(frame.pointee.best_effort_timestamp))
        latest = max(latest ?? reading.timestamp, reading.timestamp)
        report.decodedFrames += 1
        report.timeSource = clock.source
        if clock.epochs > report.epochs, let jump = clock.lastJump {
            report.epochs = clock.epochs
            // A stream that jumps all the time is told of by the count.
            if report.epochs <= 4 {
                report.warnings.append(
                    "time jumps back from \(jump.from.inSeconds) to \(jump.to.inSeconds) at frame \(index + 1)"
                )
            }
        }
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
            if decoder.send(packet).isFailure {
                report.lostPackets += 1
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
        report.endedEarly = failure
        decoder.drain()
    }

    /// Looks back, when the last frame is out.
    private func finish() {
        state = .ended
        let shortfall = demuxer.claim.shortfall(
            of: extent, frameLength: demuxer.frameRate?.inverse?.value ?? 0, index: demuxer.index)
        let reasons = [report.endedEarly, shortfall].compactMap(\.self)
        if !reasons.isEmpty {
            report.endedEarly = """
                \(location.name): the video ends early, after \(counted(report.decodedFrames, "frame")) at \
                \(reading.timestamp.inSeconds): \(reasons.joined(separator: "; "))
                """
        }
        if let gap = location.sequence?.gap(after: report.decodedFrames + report.lostPackets) {
            report.warnings.append(gap)
        }
    }
}
