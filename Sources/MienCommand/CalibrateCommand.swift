import Foundation
import Mien
import MienCore

/// `mien calibrate`: a video of a face at rest in, that person's baseline out.
struct CalibrateCommand: Subcommand {
    static let name = "calibrate"
    static let summary = "a person's face at rest, for AUs relative to it"
    static let usage = """
        INPUT [-o ME.json] [options]

        Learns what a person's face reads as at rest: of each action unit the median and the median absolute
        deviation over INPUT, a video in which the face is neutral. 'mien annotate CLIP --baseline ME.json'
        then has columns r_au01 ... r_au26 besides, the smoothed action units minus these medians. Five
        seconds are enough; no more than ten minutes are read. The file is good for one model. Without -o
        that of me.mp4 is me.json in the current directory.

        Examples:
          mien calibrate neutral.mp4 -o me.json
          mien calibrate session.mp4 -ss 0:10 -t 5 --face 1 -o anna.json
          mien annotate session.mp4 --baseline me.json
        """
    static let operands = Operands(files: [.media])
    static let options =
        [
            Option("-o", "--output", value: "ME.json", help: "the baseline"),
            Option("-y", help: "overwrite it if it is there"),
            Option(
                "--face", value: "N|largest",
                help:
                    "the number of the face in the part read, or the one with the\nlargest box. Default: largest"
            ),
            Option("-ss", value: "T", help: "start at T (seconds, or h:mm:ss) from the first frame"),
            Option(
                "-t", value: "T", help: "read T seconds (or h:mm:ss). Default: to the end, 10 minutes at most"
            ),
            Option("--every", value: "N", help: "encode one frame in N. Default: 1"),
        ] + ModelOptions.options + [Option("-q", "--quiet", help: "say nothing but errors and warnings")]

    private let input: String
    private let output: OutputFile
    private let face: Int?
    private let model: ModelOptions
    private let isQuiet: Bool
    private var configuration = Configuration()

    init(_ arguments: Arguments) throws {
        guard let input = arguments.operands.first, arguments.operands.count == 1 else {
            throw UsageError("expected one input, as in mien calibrate neutral.mp4 -o me.json")
        }
        self.input = input
        let stem =
            input == "-"
            ? "baseline" : ((input as NSString).lastPathComponent as NSString).deletingPathExtension
        output = try OutputFile(
            arguments.string("--output") ?? stem + ".json", kind: .baseline, overwrites: arguments.has("-y"),
            inputs: [input])
        face =
            arguments.string("--face") == "largest" ? nil : try arguments.integer("--face", in: 0...Int.max)
        model = try ModelOptions(arguments)
        isQuiet = arguments.has("--quiet")
        try VideoArguments.apply(arguments, to: &configuration)
        if let duration = configuration.duration, duration > Analyzer.maximumCalibration {
            throw UsageError(
                "-t \(duration): expected no more than \(Int(Analyzer.maximumCalibration)) s of a resting face"
            )
        }
    }

    func run() throws -> ExitCode {
        let analyzer = try Analyzer(model: model.load())
        let interrupt = Interrupt()
        let progress = isQuiet ? nil : ProgressLine(name: input)
        defer { progress?.clear() }
        let outcome = Result {
            try analyzer.calibrate(
                input, face: face, configuration: configuration, cancellation: interrupt.cancellation,
                progress: { progress?.update(frames: $0, of: $1) })
        }
        progress?.clear()
        // Readings may be too few then, since no more were wanted: no error.
        if interrupt.cancellation.isCancelled { return .interrupted }
        let (stored, run) = try outcome.get()
        for warning in run.warnings { Console.say("\(input): \(warning)") }
        if let reason = run.endedEarly { Console.say(reason) }
        try output.write { try $0.write(stored.json().span) }
        if !isQuiet {
            Console.say(
                "\(input): face \(stored.face), \(counted(stored.baseline.readings, "reading")) from "
                    + String(format: "%.2f to %.2f s", stored.start, stored.end) + " in \(output.path)")
        }
        return run.endedEarly == nil ? .done : .input
    }
}
