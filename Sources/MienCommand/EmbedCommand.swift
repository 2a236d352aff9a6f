import Foundation
import Mien
import MienCore

/// `mien embed`: videos and images in, embeddings out.
struct EmbedCommand: Subcommand {
    static let name = "embed"
    static let summary = "CLIP embeddings of faces or whole frames, as safetensors"
    static let usage = """
        INPUT... -o OUT.safetensors [options]

        Writes the image encoder's embedding of every face, or with --no-faces of every frame as a whole,
        of all INPUTs into one file: embeddings [N, d] F32, not normalised, with the columns input (the
        position of the input among those given), frame (from 1), face_id (-1 for a whole frame), time
        (seconds from the first frame) and groups (as input; what training splits by). Any Hugging Face CLIP
        folder will do as the model.

        Examples:
          mien embed day1/*.mp4 -o features.safetensors
          mien embed photos/*.jpg --no-faces --model clip-vit-large-patch14 -o photos.safetensors
        """
    static let operands = Operands(files: [.media], repeats: true)
    static let options =
        [
            Option("-o", "--output", value: "OUT", help: "the safetensors file"),
            Option("-y", help: "overwrite it if it is there"),
            Option("--no-faces", help: "embed whole frames, with plain CLIP preprocessing"),
        ] + ModelOptions.options + VideoArguments.options + [
            Option("-q", "--quiet", help: "say nothing but errors and warnings")
        ]

    private let inputs: [String]
    private let output: String
    private let model: ModelOptions
    private let configuration: Configuration
    private let content: Embedder.Content
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        var configuration = Configuration()
        try VideoArguments.apply(arguments, to: &configuration)
        self.configuration = configuration
        model = try ModelOptions(arguments)
        content = arguments.has("--no-faces") ? .wholeFrames : .faces
        isQuiet = arguments.has("--quiet")
        inputs = arguments.operands
        guard !inputs.isEmpty else { throw UsageError("no input given") }
        guard let output = arguments.string("--output") else {
            throw UsageError("no output given: -o OUT.safetensors")
        }
        guard output != "-" else {
            throw UsageError("-o -: a safetensors file begins with its size, and cannot go to a pipe")
        }
        try OutputKind.embeddings.check(output)
        guard arguments.has("-y") || !FileManager.default.fileExists(atPath: output) else {
            throw UsageError("\(output) exists; -y overwrites it")
        }
        self.output = output
    }

    func run() throws -> ExitCode {
        let interrupt = Interrupt()
        let embedder = try Embedder(
            model: model.load(), output: output, content: content, configuration: configuration)
        var failures = 0
        for input in inputs where !interrupt.cancellation.isCancelled {
            let progress = isQuiet ? nil : ProgressLine(name: input)
            defer { progress?.clear() }
            do {
                let run = try embedder.embed(
                    input, cancellation: interrupt.cancellation,
                    progress: { progress?.update(frames: $0, of: $1) })
                progress?.clear()
                for warning in run.warnings { Console.say("\(input): \(warning)") }
                if let reason = run.endedEarly {
                    Console.say(reason)
                    failures += 1
                }
            } catch {
                guard case .input = error else { throw error }
                progress?.clear()
                Console.say("\(error)")
                failures += 1
            }
        }
        if interrupt.cancellation.isCancelled {
            Console.say("\(output): not written, since the run was interrupted")
            return .interrupted
        }
        guard embedder.rowCount > 0 || failures == 0 else { return inputs.count == 1 ? .input : .partial }
        try embedder.finish()
        if !isQuiet {
            Console.say("\(output): \(counted(embedder.rowCount, "embedding")) of \(embedder.width)")
        }
        return failures == 0 ? .done : inputs.count == 1 ? .input : .partial
    }
}
