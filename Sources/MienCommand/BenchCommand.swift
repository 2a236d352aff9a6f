import Foundation
import Mien
import MienBench
import MienCore
import MienTensor

/// `mien bench`: how fast this machine is with a model.
struct BenchCommand: Subcommand {
    static let name = "bench"
    static let summary = "how fast this machine encodes, and annotates a clip"
    static let usage = """
        encoder|pipeline CLIP|live SOURCE [options]

        encoder   images the model embeds a second, the time to its first embedding, and its memory
        pipeline  frames of CLIP annotated a second, the ratio of that time to encoding alone, and the peak
                  memory for the clip once and ten times in a row
        live      how a camera or a stream is kept up with, for -t seconds (60): latency from capture to row,
                  losses, processor time, memory. tools/fake-camera gives a camera where there is none

        Figures are medians of several rounds after one that does not count; of live, of the whole run.

        Examples:
          mien bench encoder --batch 8 --precision int8
          mien bench pipeline samples/smile.mp4 --json
          tools/fake-camera --size 1280x720 samples/smile.mp4 -- mien bench live v4l2:///dev/video0 -t 300
        """
    static let operands = Operands(verbs: ["encoder", "pipeline", "live"], files: [.media])
    static let options =
        ModelOptions.options + [
            Option("--batch", value: "N", help: "images encoded together. Default: what the model prefers"),
            Option("--rounds", value: "N", help: "measurements of the pipeline. Default: 5"),
            Option("--seconds", value: "S", help: "time spent on the encoder. Default: 5"),
            Option(
                "--turns",
                help:
                    "measure the encoder once for each line of standard input, which says how many\nseconds, and print a line of JSON: for programs that take turns"
            ),
            Option(
                "--isa", value: "baseline|avx2|avx-vnni|avx512|avx512-vnni",
                help:
                    "keep to these instructions, as if the processor had no others.\nDefault: the best there are"
            ),
            Option("--no-memory", help: "leave the memory figures out"),
            Option("--json", help: "print JSON"),
        ] + LiveArguments.options

    private enum Subject {
        case encoder
        case pipeline(String)
        case live(LiveArguments)
    }

    private let subject: Subject
    private let model: ModelOptions
    private var configuration = Configuration()
    private let rounds: Int
    private let seconds: Double
    private let takesTurns: Bool
    private let instructionSet: InstructionSet?
    private let checksMemory: Bool
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws {
        switch (arguments.operands.first, arguments.operands.count) {
        case ("encoder", 1): subject = .encoder
        case ("pipeline", 2): subject = .pipeline(arguments.operands[1])
        case ("pipeline", _): throw UsageError("pipeline: expected one CLIP to annotate")
        case ("live", _):
            subject = .live(try LiveArguments(arguments, operands: arguments.operands.dropFirst()))
        case (let other?, _):
            throw UsageError("'\(other)': expected encoder, pipeline and a clip, or live and a source")
        case (nil, _): throw UsageError("expected encoder, pipeline and a clip, or live and a source")
        }
        takesTurns = arguments.has("--turns")
        switch subject {
        case .encoder: break
        case .pipeline, .live: if takesTurns { throw UsageError("--turns: only the encoder takes turns") }
        }
        model = try ModelOptions(arguments)
        configuration.batchSize = try arguments.integer("--batch", in: 1...4096)
        rounds = try arguments.integer("--rounds", in: 1...1000) ?? 5
        seconds = try arguments.seconds("--seconds") ?? 5
        instructionSet = try arguments.choice("--isa", of: InstructionSet.allCases.map(\.rawValue))
            .flatMap(InstructionSet.init)
        checksMemory = !arguments.has("--no-memory")
        printsJSON = arguments.has("--json")
    }

    func run() throws -> ExitCode {
        instructionSet?.limitKernels()
        switch subject {
        case .encoder:
            let meter = try EncoderMeter(
                batch: configuration.batchSize ?? 8, load: { () throws(MienError) in try model.load() })
            if takesTurns { return try takeTurns(meter) }
            let bench = meter.measure(seconds: seconds)
            try report(bench, Self.text(bench))
        case .pipeline(let clip):
            let interrupt = Interrupt()
            let bench = try PipelineBench(
                analyzer: Analyzer(model: model.load()), input: clip, configuration: configuration,
                rounds: rounds,
                checksMemory: checksMemory, cancellation: interrupt.cancellation)
            if interrupt.cancellation.isCancelled { return .interrupted }
            try report(bench, Self.text(bench, clip: clip))
        case .live(let arguments):
            var configuration = arguments.configuration
            configuration.analysis.duration = configuration.analysis.duration ?? 60
            let interrupt = Interrupt()
            let bench = try LiveBench(
                model: model.load(), source: arguments.source, configuration: configuration,
                cancellation: interrupt.cancellation)
            try report(bench, Self.text(bench))
            if interrupt.cancellation.isCancelled { return .interrupted }
        }
        return .done
    }

    /// Measures when it is told to, until there is nobody to tell.
    private func takeTurns(_ meter: EncoderMeter) throws -> ExitCode {
        while let line = readLine() {
            guard let seconds = Double(line), seconds > 0, seconds <= 3600 else {
                throw UsageError("standard input: '\(line)': expected a number of seconds from 0 to 3600")
            }
            try Console.print(json: meter.measure(seconds: seconds), inOneLine: true)
        }
        return .done
    }

    private func report(_ value: some Encodable, _ text: String) throws {
        if printsJSON { try Console.print(json: value) } else { Console.print(text) }
    }

    private static func text(_ bench: EncoderBench) -> String {
        String(
            format: """
                %@, %@: %.2f images/s at batch %d (%.2f to %.2f)
                first embedding after %.2f s; %.1f MB resident, %.1f MB of files
                """, bench.modelName, bench.precision.rawValue, bench.imagesPerSecond, bench.batch,
            bench.range.lowerBound, bench.range.upperBound, bench.secondsToFirst,
            Double(bench.residentBytes) / 1e6, Double(bench.fileBytes) / 1e6)
    }

    private static func text(_ bench: PipelineBench, clip: String) -> String {
        var lines = [
            "\(clip): \(counted(bench.frames, "frame")), \(counted(bench.crops, "crop"))",
            String(
                format: "annotate        %8.2f s    %.1f frames/s", bench.annotateSeconds,
                bench.framesPerSecond),
            String(
                format: "encoding alone  %8.2f s    annotate takes %.2f x that (%.2f to %.2f)",
                bench.encodeSeconds, bench.ratioToEncoding, bench.ratioRange.lowerBound,
                bench.ratioRange.upperBound),
            stages(bench),
        ]
        if let once = bench.peakBytes, let ten = bench.peakBytesTenTimes {
            lines.append(
                String(
                    format: "peak memory     %8.1f MB   ten times the clip: %.1f MB (%+.1f %%)",
                    Double(once) / 1e6,
                    Double(ten) / 1e6, 100 * (Double(ten) / Double(once) - 1)))
        }
        return lines.joined(separator: "\n")
    }

    private static func text(_ bench: LiveBench) -> String {
        let progress = bench.progress
        func milliseconds(_ seconds: Double?) -> String {
            seconds.map { String(format: "%.1f", 1000 * $0) } ?? "-"
        }
        func use(_ use: ProcessUse) -> String {
            String(
                format: "%.1f MB, %d threads, %d descriptors", Double(use.residentBytes) / 1e6, use.threads,
                use.descriptors)
        }
        return """
            \(bench.source): \(bench.width)x\(bench.height), \(progress.frames) frames in \(String(format: "%.1f", progress.elapsed)) s
            frames          \(progress.droppedFrames) dropped (\(String(format: "%.2f", 100 * bench.keptFrames)) % kept)
            faces           \(progress.encodedFaces) encoded, \(progress.heldFaces) held, \(progress.droppedFaces) dropped (\(String(format: "%.2f", 100 * bench.readFaces)) % read)
            capture to row  \(milliseconds(progress.latencyMedian)) ms median, \(milliseconds(progress.latency95)) ms for 95 %, \(milliseconds(progress.latencyMaximum)) ms at most (bound: \(milliseconds(bench.maximumLatency)))
            processor       \(String(format: "%.0f", 100 * progress.processorShare)) % of all cores
            process         \(use(bench.early)); at the end \(use(bench.late))
            """
    }

    private static func stages(_ bench: PipelineBench) -> String {
        let times = bench.stageSeconds
        let stages = [
            ("decode", times.decode), ("convert", times.convert), ("track", times.track),
            ("crop", times.crop), ("encode", times.encode), ("write", times.write),
        ].map { name, seconds in
            name + String(format: " %.2f", 1000 * seconds / Double(max(bench.frames, 1)))
        }
        return "processor time  " + stages.joined(separator: ", ") + " ms a frame"
    }
}
