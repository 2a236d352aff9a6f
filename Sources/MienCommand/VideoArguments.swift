import Mien

/// The options that say what of a video is read, the same for `annotate` and `embed`.
struct VideoArguments {
    static let options = [
        Option(
            "-ss", value: "T",
            help:
                "start at T (seconds, or h:mm:ss) from the first frame;\nrows keep the whole clip's numbers and times"
        ),
        Option("-t", value: "T", help: "read T seconds (or h:mm:ss) and stop"),
        streamOption,
        Option(
            "--every", value: "N", help: "encode one frame in N; the rows between are 'skipped'.\nDefault: 1"),
        Option(
            "--faces", value: "all|largest|N",
            help: "read all faces, the largest of each frame, or the N largest.\nDefault: all"),
        Option("--batch", value: "N", help: "crops encoded together. Changes no result"),
    ]

    static let streamOption = Option(
        "--video-stream", value: "N",
        help: "read video stream N, from 0, of a file with several.\nDefault: the one that players choose")

    /// The video stream asked for.
    static func stream(_ arguments: Arguments) throws(UsageError) -> Int? {
        try arguments.integer("--video-stream", in: 0...Int.max)
    }

    /// Puts what was given into `configuration`.
    static func apply(_ arguments: Arguments, to configuration: inout Configuration) throws(UsageError) {
        configuration.start = try arguments.seconds("-ss")
        configuration.duration = try arguments.seconds("-t")
        if configuration.duration == 0 { throw UsageError("-t 0: expected more than 0 seconds") }
        configuration.videoStream = try stream(arguments)
        configuration.every = try arguments.integer("--every", in: 1...Int.max) ?? 1
        configuration.batchSize = try arguments.integer("--batch", in: 1...4096)
        try applyFaces(arguments, to: &configuration)
    }

    /// Puts which faces are read into `configuration`.
    static func applyFaces(_ arguments: Arguments, to configuration: inout Configuration) throws(UsageError) {
        switch arguments.string("--faces") {
        case nil, "all": configuration.faces = .all
        case "largest": configuration.faces = .largest(1)
        case let text?:
            guard let count = Int(text), count >= 1 else {
                throw UsageError("--faces \(text): expected all, largest, or a whole number of 1 or more")
            }
            configuration.faces = .largest(count)
        }
    }
}
