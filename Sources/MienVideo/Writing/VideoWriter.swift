import CFFmpeg
import MienCore

/// Writes a video frame by frame, with the times and the audio of the video it is made of.
///
///     let writer = try VideoWriter(path: "out.mp4", format: reader.pictureFormat, audio: "clip.mp4")
///     while let frame = try reader.next() {
///         canvas.copy(frame.image)
///         try writer.write(canvas, pts: frame.pts, timestamp: frame.timestamp)
///     }
///     try writer.finish()
///
/// Timestamps are those of the source, to the unit, whatever its frame rate does; ``OutputClock`` has the
/// exceptions. What has been written of an MP4 plays even if ``finish(lastDuration:isWhole:)`` is never called. A writer
/// is used from one queue.
package final class VideoWriter {
    /// How to write a video.
    package struct Options {
        /// Whether the beginning of the source is left out: the copy begins at 0, and so does its audio.
        package var isPart = false
        /// FFmpeg's names of encoders, best first.
        package var encoders = VideoEncoder.preferred
        /// Whether the picture is seen as it happens: coded cheaply and sent at once, with a key frame every second
        /// whatever the frame rate does.
        package var isLive = false
        /// The seconds that a pipe may have no reader, or a server may take nothing; nil is for ever.
        package var patience: Double?
        /// Whether audio is left out that browsers do not play.
        package var isForBrowsers = false
        /// Ends blocked reading of the audio, and what a pipe or a server keeps waiting.
        package var cancellation = Cancellation()

        package init() {}
    }

    /// The encoder that is used, by FFmpeg's name.
    package var encoder: String { video.name }
    /// What the reader of the video should know, in sentences.
    package private(set) var warnings: [String] = []

    private let log = FFmpegLog()
    private let muxer: Muxer
    private let video: VideoEncoder
    private let audio: AudioCopy?
    private let converter: CanvasConverter
    private let format: PictureFormat
    private let isPart: Bool
    private let track: Int
    private var clock: OutputClock
    private let packet = Packet()
    private let frame = Frame()
    /// The time of the frame that waits for the next one, whose time tells how long it is shown.
    private var waiting: Int64?
    /// Whether frames do not wait.
    private let isImmediate: Bool
    /// The distance between key frames of a live picture, and the time of the last one.
    private let keyInterval: Int64?
    private var lastKey: Int64?

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - path: The file, which is emptied if it is there.
    ///   - name: The name that messages give it and whose ending tells the kind of file; `path` if nil.
    ///   - audio: The input whose audio is copied.
    package convenience init(
        path: String, name: String? = nil, format: PictureFormat, audio: String? = nil,
        options: Options = Options()
    ) throws(VideoError) {
        try self.init(
            to: OutputLocation(file: path, name: name ?? path), format: format, audio: audio, options: options
        )
    }

    /// Starts a file, a pipe or a stream to a server: blocks until it is open.
    ///
    /// - Parameter audio: The input whose audio is copied.
    package init(
        to location: OutputLocation, format: PictureFormat, audio: String? = nil, options: Options = Options()
    ) throws(VideoError) {
        let (name, container) = (location.name, location.container)
        let log = log
        let timeBase = AVRational(format.timeBase)
        guard timeBase.num > 0 else {
            throw .cannotEncode(name, detail: "the source's time base is too fine")
        }
        var warnings: [String] = []
        (muxer, video, track, converter, self.audio) = try log.collect {
            () throws(VideoError) -> (Muxer, VideoEncoder, Int, CanvasConverter, AudioCopy?) in
            let muxer = try Muxer(
                location, patience: options.patience, cancellation: options.cancellation, log: log)
            let converter = CanvasConverter(format, name: name)
            let video = try VideoEncoder(
                options.encoders, format: format, width: converter.width, height: converter.height,
                hasGlobalHeader: muxer.hasGlobalHeader, isLive: options.isLive, file: name, log: log)
            if !options.isForBrowsers, video.name != VideoEncoder.preferred[0] {
                warnings.append(
                    "this FFmpeg has no \(VideoEncoder.preferred[0]): the video is coded with \(video.name)")
            }
            let track = try muxer.addStream(timeBase: timeBase) { (stream) throws(VideoError) in
                try video.describe(to: stream.pointee.codecpar)
                stream.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
                stream.pointee.avg_frame_rate = AVRational(format.frameRate)
            }
            var copy: AudioCopy?
            if let audio, let source = AudioSource(audio, cancellation: options.cancellation, log: log) {
                copy = try AudioCopy(source, muxer: muxer, isForBrowsers: options.isForBrowsers) { codec in
                    if options.isForBrowsers {
                        warnings.append("audio left out: not every browser plays \(codec)")
                        return
                    }
                    let hint =
                        container == .mp4 || container == .m4v
                        ? "; a name that ends in .mov or .mkv takes more" : ""
                    warnings.append(
                        "audio left out: \(codec) does not fit into .\(container.rawValue)\(hint)")
                }
            }
            try muxer.begin()
            if container.countsMilliseconds, !options.isLive, !options.isForBrowsers,
                1000 * format.timeBase.numerator % format.timeBase.denominator != 0
            {
                warnings.append("Matroska rounds times to 1 ms; a name that ends in .mp4 keeps them exactly")
            }
            return (muxer, video, track, converter, copy)
        }
        self.format = format
        isPart = options.isPart
        isImmediate = options.isLive && !container.isFragmented
        keyInterval = options.isLive ? Int64((1 / format.timeBase.value).rounded()) : nil
        clock = OutputClock(timeBase: format.timeBase, frameRate: format.frameRate, isRebased: options.isPart)
        self.warnings = warnings
        try converter.allocate(frame)
    }

    /// Writes the picture on `canvas`, whose frame had this time in the source.
    package func write(_ canvas: Canvas, pts: Int64?, timestamp: Double) throws(VideoError) {
        let source = clock.sourceTime(pts: pts, timestamp: timestamp)
        let time = clock.time(pts: pts, timestamp: timestamp)
        try log.collect { () throws(VideoError) in
            if let waiting {
                if !isImmediate { try encode(waiting, duration: time - waiting) }
                try audio?.copy(upTo: seconds(time))
            } else {
                begin(at: source)
            }
            waiting = time
            try converter.convert(canvas, to: frame)
            if isImmediate { try encode(time, duration: clock.nominalDuration) }
        }
    }

    /// Ends the file.
    ///
    /// - Parameters:
    ///   - lastDuration: How long the last frame is shown, in units of the time base; nil for as long as the one
    ///     before.
    ///   - isWhole: Whether the source has ended too, and what is left of its audio belongs to the copy.
    package func finish(lastDuration: Int64? = nil, isWhole: Bool = true) throws(VideoError) {
        try log.collect { () throws(VideoError) in
            let duration = lastDuration.flatMap { $0 > 0 ? $0 : nil } ?? clock.nominalDuration
            if let waiting {
                if !isImmediate { try encode(waiting, duration: duration) }
                try video.drain()
                try writePackets()
                try audio?.copy(upTo: isWhole ? .infinity : seconds(waiting + duration))
            }
            try muxer.finish()
        }
        if clock.repairs > 0 {
            warnings.append(
                "time stands still or jumps back at \(counted(clock.repairs, "frame")), which no video file can hold: there, "
                    + "the copy goes on after the frame before")
        }
    }

    private func begin(at source: Int64) {
        audio?.begin(isPart: isPart, shift: clock.shift, timeBase: AVRational(format.timeBase))
        if !isPart, clock.shift != 0 {
            warnings.append(
                "the video begins at \(seconds(source).inSeconds), before zero: the copy begins at 0")
        }
    }

    private func encode(_ pts: Int64, duration: Int64) throws(VideoError) {
        let isKey = keyInterval.map { interval in lastKey.map { pts - $0 >= interval } ?? true } ?? false
        if isKey { lastKey = pts }
        try video.send(frame, pts: pts, duration: duration, isKey: isKey)
        try writePackets()
    }

    private func writePackets() throws(VideoError) {
        while case .packet = try video.receive(into: packet) {
            try muxer.write(packet, stream: track)
        }
    }

    private func seconds(_ ticks: Int64) -> Double { Double(ticks) * format.timeBase.value }
}
