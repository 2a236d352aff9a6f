import Foundation
import Mien

/// `mien bench`: how fast this machine is with a model.
struct BenchCommand: Subcommand {
    static let name = "bench"
    static let summary = "how fast this machine encodes, and annotates a clip"
    static let usage = """
        encoder|pipeline [CLIP] [options]

        encoder   images the model embeds a second
        pipeline  frames of CLIP annotated a second, the ratio of that time to encoding alone, and the peak
                  memory for the clip once and ten times in a row

        Figures are medians of several rounds after one that does not count.

        Examples:
          mien bench encoder --batch 8 --precision int8
          mien bench pipeline samples/smile.mp4 --json
        """
    static let options =
        ModelOptions.options + [
            Option("--batch", value: "N", help: "images encoded together. Default: what the model prefers"),
            Option("--rounds", value: "N", help: "measurements of the pipeline. Default: 5"),
            Option("--seconds", value: "S", help: "time spent on the encoder. Default: 5"),
            Option("--no-memory", help: "leave the memory figures out"),
            Option("--json", help: "print JSON"),
        ]

    private enum Subject {
        case encoder
        case pipeline(String)
    }

    private let subject: Subject
    private let model: ModelOptions
    private var configuration = Configuration()
    private let rounds: Int
    private let seconds: Double
    private let checksMemory: Bool
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws {
        switch (arguments.operands.first, arguments.operands.count) {
        case ("encoder", 1): subject = .encoder
        case ("pipeline", 2): subject = .pipeline(arguments.operands[1])
        case ("pipeline", _): throw UsageError("pipeline: expected one CLIP to annotate")
        case (let other?, _): throw UsageError("'\(other)': expected encoder, or pipeline and a clip")
        case (nil, _): throw UsageError("expected encoder, or pipeline and a clip")
        }
        model = try ModelOptions(arguments)
        configuration.batchSize = try arguments.integer("--batch", in: 1...4096)
        rounds = try arguments.integer("--rounds", in: 1...1000) ?? 5
        seconds = try arguments.seconds("--seconds") ?? 5
        checksMemory = !arguments.has("--no-memory")
        printsJSON = arguments.has("--json")
    }

    func run() throws -> ExitCode {
        let model = try model.load()
        switch subject {
        case .encoder:
            let bench = EncoderBench(model: model, batch: configuration.batchSize ?? 8, seconds: seconds)
            try report(
                bench,
                String(
                    format: "%@: %.2f images/s at batch %d (%.2f to %.2f)", model.name, bench.imagesPerSecond,
                    bench.batch, bench.range.lowerBound, bench.range.upperBound))
        case .pipeline(let clip):
            let interrupt = Interrupt()
            let bench = try PipelineBench(
                analyzer: Analyzer(model: model), input: clip, configuration: configuration, rounds: rounds,
                checksMemory: checksMemory, cancellation: interrupt.cancellation)
            if interrupt.cancellation.isCancelled { return .interrupted }
            try report(bench, Self.text(bench, clip: clip))
        }
        return .done
    }

    private func report(_ value: some Encodable, _ text: String) throws {
        guard printsJSON else { return Console.print(text) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Console.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    private static func text(_ bench: PipelineBench, clip: String) -> String {
        var lines = [
            "\(clip): \(bench.frames) frames, \(bench.crops) crops",
            String(
                format: "annotate        %8.2f s    %.1f frames/s", bench.annotateSeconds,
                bench.framesPerSecond),
            String(
                format: "encoding alone  %8.2f s    annotate takes %.2f x that", bench.encodeSeconds,
                bench.ratioToEncoding),
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
