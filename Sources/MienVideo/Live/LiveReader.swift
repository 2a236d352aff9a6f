import CFFmpeg

/// Follows a camera, a stream, a pipe or a file as it happens, and comes back when the source does.
///
///     let reader = try LiveReader("v4l2:///dev/video0", options: LiveOptions())
///     while let event = try reader.next() {
///         switch event {
///         case .frame(let frame): if !isLate { analyse(try frame.convert()) }
///         case .outage(let outage): say(outage.reason)
///         case .recovered(let recovery): say("back after \(recovery.gap) s")
///         }
///     }
///
/// ``next()`` blocks until there is news and is to be called all the time from one thread: what waits inside a driver
/// is old when it comes. Frames that are not wanted cost their decoding only; ``LiveFrame/convert()`` makes the picture.
/// Damage never ends the reading. A source that is there at the start and is lost later is opened again and again,
/// by ``LiveOptions/reconnection``; one that is not there at the start is an error.
package final class LiveReader {
    /// What is known of the source, from its present connection.
    package private(set) var properties: VideoProperties
    /// What a video made of the source's pictures has to be like, as the present connection gives them.
    package private(set) var pictureFormat: PictureFormat
    /// What a camera calls itself.
    package let deviceName: String?
    /// Whether the source gives frames at its own pace, so that a slow reader misses some.
    package var isLive: Bool { options.realtime || input.canReturn }

    private var input: LiveInput
    private let options: LiveOptions
    private var state: State
    private var converter: PixelConverter
    private var clock: LiveClock
    private var pace: RealtimePace?
    private var epoch = 0
    private var frames = 0
    /// The time of capture of the last frame.
    private var lastCapture: Double
    /// What earlier connections have met.
    private var past = LiveReport()

    private enum State {
        /// The first frame of a connection is decoded, and not handed out yet.
        case primed(FrameSource)
        case reading(FrameSource)
        case down
        case ended
    }

    /// Opens `input`: a camera (`v4l2:///dev/video0`, `/dev/video0`), a URL, a file's name, or `-`.
    ///
    /// The first frame is decoded here, because the size is certain only then.
    package init(_ input: String, options: LiveOptions = LiveOptions()) throws(VideoError) {
        var input = try LiveInput(input, options: options)
        let camera = try input.camera(options)
        let source = try Self.connect(input, options: options, mode: camera?.mode)
        input.noteStablePath()
        self.input = input
        self.options = options
        deviceName = camera?.name
        clock = LiveClock(isPaced: input.canReturn)
        pace = options.realtime && input.hasNoPace ? RealtimePace() : nil
        (properties, pictureFormat) = Self.describe(source)
        converter = PixelConverter(codec: source.demuxer.codec.pointee.id, input: input.name)
        lastCapture = MonotonicClock.now
        state = .primed(source)
        past.warnings = grantWarnings(source)
    }

    /// What has been met so far.
    package var report: LiveReport {
        var report = past
        switch state {
        case .primed(let source), .reading(let source): report.add(source)
        case .down, .ended: break
        }
        report.warnings += converter.warnings
        report.frames = frames
        report.clockJumps = clock.jumps
        return report
    }

    /// What comes next, or nil at the end of a source that has one. A source given up, one that fails and is
    /// not to be opened again, and a cancellation are errors.
    package func next() throws(VideoError) -> LiveEvent? {
        while true {
            switch state {
            case .primed(let source):
                state = .reading(source)
                return .frame(try deliver(source))
            case .reading(let source):
                if try source.advance() { return .frame(try deliver(source)) }
                past.add(source)
                state = .ended
                guard let reason = try loss(of: source) else { return nil }
                state = .down
                past.outages += 1
                return .outage(LiveOutage(reason: reason, at: MonotonicClock.now))
            case .down:
                return .recovered(try reconnect())
            case .ended:
                return nil
            }
        }
    }

    /// Closes the source. ``next()`` then returns nil.
    package func close() {
        if case .reading(let source) = state { past.add(source) }
        state = .ended
    }

    func convert(_ frame: LiveFrame) throws(VideoError) -> VideoFrame {
        guard case .reading(let source) = state, frame.index == frames - 1 else {
            preconditionFailure("a live frame is converted after the next one was asked for")
        }
        let image = try converter.image(of: source.frame, geometry: source.geometry)
        return VideoFrame(
            index: frame.index, pts: frame.pts, timestamp: frame.timestamp, image: image,
            isDamaged: frame.isDamaged, duration: source.duration)
    }

    private func deliver(_ source: FrameSource) throws(VideoError) -> LiveFrame {
        let reading = source.reading
        let captured = try capture(of: source)
        let timestamp = clock.time(source: reading.timestamp, captured: captured)
        lastCapture = captured
        frames += 1
        if source.isDamaged { past.damagedFrames += 1 }
        let size = source.geometry.size
        return LiveFrame(
            index: frames - 1, pts: reading.pts, timestamp: timestamp, captured: captured, epoch: epoch,
            isDamaged: source.isDamaged, width: size.width, height: size.height, reader: self)
    }

    /// When the frame was captured: the kernel's stamp, the moment it is due, or else when it came.
    private func capture(of source: FrameSource) throws(VideoError) -> Double {
        if var pace {
            let due = pace.due(source.reading.timestamp)
            self.pace = pace
            guard MonotonicClock.sleep(until: due, unless: options.cancellation) else {
                throw .cancelled(input.name)
            }
            return due
        }
        if input.kind == .camera, let pts = source.reading.pts {
            // Some drivers stamp with another clock, whose time is far from this one's.
            let stamp = Double(pts) * properties.timeBase.value
            // Some stamp the end of an exposure that is not over.
            if (-0.1..<30).contains(source.arrival - stamp) { return min(stamp, source.arrival) }
        }
        return source.arrival
    }

    /// Why the source was lost, or nil if it came to its end.
    private func loss(of source: FrameSource) throws(VideoError) -> VideoError? {
        // What is all there, as a file on a web server, would begin again from its beginning.
        guard input.canReturn, !source.demuxer.isFinite else {
            past.endedEarly = source.report.endedEarly
            return nil
        }
        if source.ending == .end, input.kind == .device || !options.reconnection.isEnabled { return nil }
        guard options.reconnection.isEnabled else { throw explain(source) }
        return explain(source)
    }

    private func explain(_ source: FrameSource) -> VideoError {
        switch source.ending {
        case .timedOut(let seconds): .lost(input.name, detail: "no frame came for \(seconds.inSeconds)")
        case .failed(let status):
            input.kind == .camera && status == FFmpegStatus(mien_averror(ENODEV))
                ? .unplugged(input.name) : .lost(input.name, detail: "reading failed (\(status.text))")
        case .end, nil: .lost(input.name, detail: "the stream ended")
        }
    }

    private func reconnect() throws(VideoError) -> LiveRecovery {
        let policy = options.reconnection
        let start = MonotonicClock.now
        var attempt = 0
        while true {
            let end = policy.giveUpAfter.map { start + $0 } ?? .infinity
            let pause = min(MonotonicClock.now + policy.delay(before: attempt), end)
            guard MonotonicClock.sleep(until: pause, unless: options.cancellation) else {
                throw .cancelled(input.name)
            }
            attempt += 1
            do throws(VideoError) {
                let mode = try input.camera(options)?.mode
                let source = try Self.connect(input, options: options, mode: mode)
                return try resume(source, attempts: attempt)
            } catch {
                if case .cancelled = error { throw error }
                if MonotonicClock.now >= end { throw error }
            }
        }
    }

    private func resume(_ source: FrameSource, attempts: Int) throws(VideoError) -> LiveRecovery {
        let size = (properties.width, properties.height)
        (properties, pictureFormat) = Self.describe(source)
        converter = PixelConverter(codec: source.demuxer.codec.pointee.id, input: input.name)
        clock.reconnect()
        epoch += 1
        past.reconnections += 1
        if size != (properties.width, properties.height) {
            past.warnings.append(
                "\(input.name): came back with pictures of \(properties.width)x\(properties.height) instead of \(size.0)x\(size.1)"
            )
        }
        state = .primed(source)
        let captured = try capture(of: source)
        return LiveRecovery(at: captured, gap: captured - lastCapture, attempts: attempts)
    }

    /// A connection whose first frame is decoded.
    private static func connect(
        _ input: LiveInput, options: LiveOptions, mode: CameraMode?
    ) throws(VideoError) -> FrameSource {
        let location = try input.location()
        let source = try FrameSource(
            location, settings: input.settings(options, mode: mode), isLive: input.canReturn)
        guard try source.advance() else {
            switch source.ending {
            case .timedOut(let seconds): throw .timedOut(input.name, seconds: seconds)
            case .failed(let status) where status == FFmpegStatus(mien_averror(ENODEV)):
                throw .unplugged(input.name)
            default: throw source.nothingDecoded
            }
        }
        return source
    }

    private static func describe(_ source: FrameSource) -> (VideoProperties, PictureFormat) {
        let properties = VideoProperties(of: source)
        let colour = EncodedColour(
            of: source.frame, interpretation: properties.colour, height: properties.height)
        return (properties, PictureFormat(properties, colour: colour))
    }

    /// What a camera gives instead of what was asked.
    private func grantWarnings(_ source: FrameSource) -> [String] {
        var warnings: [String] = source.report.warnings
        guard input.kind == .camera || input.kind == .device else { return warnings }
        let stream = source.demuxer.stream.pointee.codecpar.pointee
        let granted = PictureSize(width: Int(stream.width), height: Int(stream.height))
        if let asked = options.videoSize, asked != granted {
            warnings.append("\(input.name): gives \(granted) instead of \(asked)")
        }
        if let asked = options.frameRate, let rate = source.demuxer.frameRate?.value,
            abs(asked - rate) > 0.01 * asked
        {
            warnings.append("\(input.name): gives \(rate.asRate) frames/s instead of \(asked.asRate)")
        }
        return warnings
    }
}
