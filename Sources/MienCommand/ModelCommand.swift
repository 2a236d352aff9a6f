import Foundation
import Mien

/// `mien model`: looks into model folders, and makes them.
struct ModelCommand: Subcommand {
    static let name = "model"
    static let summary = "what a model folder holds, and how one is made"
    static let usage = """
        inspect [DIR] [--json]
               mien model import [CLIP_DIR] --heads H [--heads H2] -o DIR [options]
               mien model quantize [DIR] -o DIR2 [-y] [--threads N] [--json]

        Says what is in the model folder DIR, or in the model that is built in: the encoder's shape, what the
        heads read, how faces are cropped, and a hash that identifies the numbers it gives.

        quantize makes the same model with its encoder's weights in 8 bits: a quarter of the size, and what
        --precision int8 computes with. DIR is a model folder, or a CLIP folder; default: the built-in model.

        import joins a Hugging Face CLIP folder, or without one the built-in encoder, and heads from mien train
        into a model folder for --model. Faces are cropped as CLIP_DIR says, which is how mien train and mien
        embed cropped them; for heads that were trained on other crops, say what those look like.

        Examples:
          mien model inspect
          mien model inspect clip-vit-base-patch32 --json
          mien model import clip-vit-base-patch32 --heads heads.safetensors -o mymodel
          mien model quantize mymodel -o mymodel-int8
        """
    static let operands = Operands(verbs: ["inspect", "import", "quantize"], files: [.folder])
    static let options =
        [
            Option("--json", help: "print JSON"),
            Option("--threads", value: "N", help: "cores for quantize; default: all. Changes no result"),
        ] + ModelImportJob.options

    private enum Action {
        case inspect(String?)
        case make(ModelImportJob)
        case quantize(ModelQuantizeJob)
    }

    private let action: Action
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws {
        switch arguments.operands.first {
        case "inspect" where arguments.operands.count <= 2:
            if let stray = ModelImportJob.options.first(where: { arguments.has($0.key) }) {
                throw UsageError("\(stray.key): applies to import only")
            }
            action = .inspect(arguments.operands.dropFirst().first)
        case "import":
            action = .make(try ModelImportJob(arguments))
        case "quantize":
            let own = ["--output", "-y"]
            if let stray = ModelImportJob.options.first(where: {
                arguments.has($0.key) && !own.contains($0.key)
            }) {
                throw UsageError("\(stray.key): applies to import only")
            }
            action = .quantize(try ModelQuantizeJob(arguments))
        default:
            throw UsageError("expected inspect, quantize or import, and a folder")
        }
        printsJSON = arguments.has("--json")
    }

    func run() throws -> ExitCode {
        switch action {
        case .inspect(let folder): return try inspect(folder)
        case .quantize(let job): return try job.run(printsJSON: printsJSON)
        case .make(let job): return try reportingTrainingErrors { try inspect(job.run()) }
        }
    }

    private func inspect(_ folder: String?) throws -> ExitCode {
        let model = if let folder { try Model(folder: folder) } else { try Model.embedded() }
        let description = try model.describe()
        if printsJSON {
            try Console.print(json: description)
        } else {
            Console.print(Self.text(description))
        }
        return .done
    }

    private static func text(_ model: ModelDescription) -> String {
        let heads =
            model.heads.isEmpty ? "none: good for embeddings only" : model.heads.joined(separator: ", ")
        var rows = [
            ("name", model.name),
            ("folder", model.folder),
            ("size", String(format: "%.1f MB", Double(model.bytes) / 1e6)),
            ("sha256", model.sha256),
            ("input", "\(model.imageSize) x \(model.imageSize) pixels in patches of \(model.patchSize)"),
            (
                "transformer",
                "\(model.layers) blocks of width \(model.width), \(model.attentionHeads) heads, \(model.activation)"
            ),
            ("precision", model.precision.rawValue),
            ("embedding", "\(model.embeddingWidth) numbers\(model.isProjected ? "" : ", not projected")"),
            ("heads", heads),
            ("crop", model.crop),
        ]
        if let temperature = model.expressionTemperature {
            rows.append(("temperature", "\(temperature)"))
        }
        if !model.actionUnitThresholds.isEmpty {
            let thresholds = model.actionUnitThresholds.sorted { $0.key < $1.key }
            rows.append(("thresholds", thresholds.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))
        }
        if !model.weakActionUnits.isEmpty {
            rows.append(("weak", model.weakActionUnits.joined(separator: ", ")))
        }
        if let licence = model.licence { rows.append(("licence", licence)) }
        return rows.map { $0.0.padding(toLength: 13, withPad: " ", startingAt: 0) + $0.1 }.joined(
            separator: "\n")
    }
}
