import Mien

/// The options that say what live source is followed and how, the same for `stream` and `bench live`.
struct LiveArguments {
    static let options =
        [
            Option(
                "-i", "--input", value: "SOURCE", help: "the source, as FFmpeg has it: -f v4l2 -i /dev/video0"
            ),
            Option(
                "-f", "--format", value: "FMT", help: "FFmpeg's name of its format or device, such as v4l2"),
            Option(
                "--video-size", value: "WxH", help: "the picture size asked of a camera, such as 1280x720"),
            Option("--framerate", value: "R", help: "the frames a second asked of a camera"),
            Option(
                "--input-format", value: "FMT",
                help: "the format asked of a camera: mjpeg, yuyv422, h264 ...\nDefault: the fastest it has"),
            Option(
                "--rtsp-transport", value: "tcp|udp|udp_multicast|http|https",
                help: "the transport of RTSP. Default: tcp"),
            VideoArguments.streamOption,
            Option("--input-option", value: "K=V", help: "an option for FFmpeg's input; may be repeated"),
            Option(
                "--open-timeout", value: "S",
                help: "how long opening may take. Default: 10 for cameras and networks"),
            Option(
                "--read-timeout", value: "S",
                help:
                    "after how long without a frame a source is lost.\nDefault: 5 for cameras, 10 for networks"
            ),
            Option("--no-reconnect", help: "end when a camera or network source is lost"),
            Option("--give-up", value: "S", help: "end when it has been lost for S seconds. Default: never"),
            Option("--realtime", help: "play a file or pipe at its own pace, as if it were a camera"),
            Option(
                "--max-latency", value: "S",
                help: "the most seconds from a frame's capture to its row. Default: 0.25"),
            Option(
                "--reuse", value: "off|D",
                help:
                    "hold a face's scores while its crop differs by no more than D steps of\n8-bit brightness from the one encoded last; off encodes each. Default: \(LiveConfiguration.defaultReuseDistance)"
            ),
            Option(
                "--drops", value: "rows|count",
                help: "give frames that there was no time for a row, or only count them.\nDefault: rows"),
            Option("-t", value: "T", help: "follow for T seconds (or h:mm:ss) and stop"),
            Option(
                "--faces", value: "all|largest|N",
                help: "read all faces, the largest of each frame, or the N largest.\nDefault: all"),
        ] + GeometryArguments.options

    let source: String
    let configuration: LiveConfiguration

    /// - Parameter operands: What is left for the source.
    init(_ arguments: Arguments, operands: some Collection<String>) throws {
        let sources = operands + (arguments.string("--input").map { [$0] } ?? [])
        guard sources.count == 1 else {
            throw UsageError(
                sources.isEmpty
                    ? "no source given, such as v4l2:///dev/video0; 'mien devices' lists the cameras"
                    : "\(sources.joined(separator: " ")): expected one source")
        }
        source = sources[0]
        var configuration = LiveConfiguration()
        try VideoArguments.applyFaces(arguments, to: &configuration.analysis)
        try GeometryArguments.apply(arguments, to: &configuration.analysis)
        configuration.analysis.duration = try arguments.seconds("-t")
        if configuration.analysis.duration == 0 { throw UsageError("-t 0: expected more than 0 seconds") }
        configuration.source = try Self.sourceOptions(arguments)
        if let latency = try arguments.seconds("--max-latency") {
            guard LiveConfiguration.latencies.contains(latency) else {
                throw UsageError("--max-latency \(latency): expected 0.02 to 60 seconds")
            }
            configuration.maximumLatency = latency
        }
        if arguments.string("--reuse") == "off" {
            configuration.reuseDistance = nil
        } else if let distance = try arguments.number("--reuse") {
            guard LiveConfiguration.distances.contains(distance) else {
                throw UsageError("--reuse \(distance): expected off, or 0 to 255 steps")
            }
            configuration.reuseDistance = distance
        }
        if let drops = try arguments.choice("--drops", of: LiveConfiguration.Drops.allCases.map(\.rawValue)) {
            configuration.drops = LiveConfiguration.Drops(rawValue: drops) ?? .rows
        }
        self.configuration = configuration
    }

    private static func sourceOptions(_ arguments: Arguments) throws -> LiveSourceOptions {
        var options = LiveSourceOptions()
        options.format = arguments.string("--format")
        if let text = arguments.string("--video-size") {
            let parts = text.split(separator: "x").map { Int($0) }
            guard parts.count == 2, let width = parts[0], let height = parts[1],
                (1...16384).contains(width), (1...16384).contains(height)
            else { throw UsageError("--video-size \(text): expected WIDTHxHEIGHT, such as 1280x720") }
            options.videoSize = (width, height)
        }
        if let rate = try arguments.number("--framerate") {
            guard (0.01...1000).contains(rate) else {
                throw UsageError("--framerate \(rate): expected frames a second, such as 30")
            }
            options.frameRate = rate
        }
        options.inputFormat = arguments.string("--input-format")
        options.rtspTransport =
            try arguments.choice("--rtsp-transport", of: ["tcp", "udp", "udp_multicast", "http", "https"])
            ?? options.rtspTransport
        for text in arguments.strings("--input-option") {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw UsageError("--input-option \(text): expected NAME=VALUE")
            }
            options.inputOptions[String(text[..<sign])] = String(text[text.index(after: sign)...])
        }
        options.videoStream = try VideoArguments.stream(arguments)
        options.openTimeout = try timeout(arguments, "--open-timeout")
        options.readTimeout = try timeout(arguments, "--read-timeout")
        options.reconnects = !arguments.has("--no-reconnect")
        options.giveUpAfter = try arguments.seconds("--give-up")
        options.isRealtime = arguments.has("--realtime")
        return options
    }

    private static func timeout(_ arguments: Arguments, _ key: String) throws(UsageError) -> Double? {
        guard let seconds = try arguments.seconds(key) else { return nil }
        guard seconds > 0 else { throw UsageError("\(key) 0: expected more than 0 seconds") }
        return seconds
    }
}
