import Foundation
import Mien

/// `mien model`: looks into model folders.
struct ModelCommand: Subcommand {
    static let name = "model"
    static let summary = "what a model folder holds"
    static let usage = """
        inspect [DIR] [options]

        Says what is in the model folder DIR, or in the model that is built in: the encoder's shape, what the
        heads read, how faces are cropped, and a hash that identifies the numbers it gives.

        Examples:
          mien model inspect
          mien model inspect clip-vit-base-patch32 --json
        """
    static let options = [Option("--json", help: "print JSON")]

    private let folder: String?
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws {
        guard arguments.operands.first == "inspect", arguments.operands.count <= 2 else {
            throw UsageError("expected inspect and a model folder")
        }
        folder = arguments.operands.dropFirst().first
        printsJSON = arguments.has("--json")
    }

    func run() throws -> ExitCode {
        let model = if let folder { try Model(folder: folder) } else { try Model.embedded() }
        let description = try model.describe()
        if printsJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Console.print(String(decoding: try encoder.encode(description), as: UTF8.self))
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
        if let licence = model.licence { rows.append(("licence", licence)) }
        return rows.map { $0.0.padding(toLength: 13, withPad: " ", startingAt: 0) + $0.1 }.joined(
            separator: "\n")
    }
}
