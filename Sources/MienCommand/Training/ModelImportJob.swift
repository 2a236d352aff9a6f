import Foundation
import Mien
import MienHeads
import MienTraining

/// `mien model import`: a CLIP folder and heads, joined into a model folder.
struct ModelImportJob {
    static let options = [
        Option("--heads", value: "H", help: "heads to import; may be repeated, for a head of each task"),
        Option("-o", "--output", value: "DIR", help: "the model folder to make"),
        Option("--name", value: "NAME", help: "its name. Default: that of the folder"),
        Option("--licence", value: "TEXT", help: "the licence of its weights"),
        Option(
            "--margin", value: "M", help: "crop faces by their box, with M of its side added on each side"),
        Option(
            "--eyes", value: "D,X,Y",
            help:
                "crop faces so that the eyes are D of the side apart and their middle\nis at X,Y, as fractions of it; turned with the head"
        ),
        Option("-y", help: "write into a folder that is there"),
    ]

    private var request: ModelImport
    private let isBuiltIn: Bool
    private let crop: Crop?

    init(_ arguments: Arguments) throws {
        let operands = arguments.operands.dropFirst()
        let heads = arguments.strings("--heads") + operands.filter { $0.hasSuffix(".safetensors") }
        let folders = operands.filter { !$0.hasSuffix(".safetensors") }
        guard folders.count <= 1 else {
            throw UsageError("import \(folders.joined(separator: " ")): expected one CLIP folder")
        }
        guard !heads.isEmpty else { throw UsageError("no heads given: --heads heads.safetensors") }
        let output = try ModelOutput(arguments)
        isBuiltIn = folders.isEmpty
        request = try ModelImport(
            clip: folders.first ?? Model.embedded().folder, heads: heads.map(Self.file), output: output.path)
        try output.check(against: request.clip, kind: "CLIP")
        request.name = arguments.string("--name")
        request.licence = arguments.string("--licence")
        request.overwrites = output.overwrites
        crop = try Self.crop(arguments)
    }

    /// Makes the folder and returns its path.
    func run() throws -> String {
        let clip = try Model(folder: request.clip)
        if let assumption = clip.assumption { Console.say(assumption) }
        var request = request
        // A head sees the crops it was trained on, or it sees something else.
        request.keepsOtherHead = crop == nil || crop == clip.crop
        let kept = try request.run(embeddingWidth: clip.embeddingWidth)
        let fingerprint = try clip.featureFingerprint()
        for heads in request.heads {
            let objection = EncoderRecord.objection(to: fingerprint, heads: heads, tasks: HeadTask.allCases)
            if let objection { Console.say(objection) }
        }
        let path = request.output + "/mien.json"
        var manifest = try ModelManifest(path: path)
        manifest.crop = crop ?? clip.crop
        if manifest.licence == nil, isBuiltIn { manifest.licence = clip.manifest?.licence }
        try manifest.write(to: path)
        sayWhereHeadsAreFrom(kept, clip, model: try Model(folder: request.output))
        return request.output
    }

    private func sayWhereHeadsAreFrom(_ kept: [HeadTask], _ clip: Model, model: Model) {
        for task in kept {
            Console.say(
                "The head for \(task == .expression ? "expressions" : "action units") is that of \(clip.name), which has "
                    + "the same encoder.")
        }
        if let missing = model.missingHead {
            Console.say("\(missing); another --heads H brings one.")
        }
    }

    /// A folder stands for the heads in it.
    private static func file(_ heads: String) -> String {
        DataSource(path: heads).isFolder ? heads + "/heads.safetensors" : heads
    }

    private static func crop(_ arguments: Arguments) throws(UsageError) -> Crop? {
        var crop = Crop()
        switch (try arguments.number("--margin"), try arguments.numbers("--eyes")) {
        case (nil, nil):
            return nil
        case (let margin?, nil):
            guard (0...4).contains(margin) else {
                throw UsageError("--margin \(margin): expected a number from 0 to 4")
            }
            crop.eyeDistance = nil
            crop.margin = margin
            crop.roll = false
            return crop
        case (nil, let eyes?):
            guard eyes.count == 3, (0.02...0.98).contains(eyes[0]), (0...1).contains(eyes[1]),
                (0...1).contains(eyes[2])
            else { throw UsageError("--eyes: expected D,X,Y as fractions of the side, as in 0.37,0.5,0.39") }
            crop.eyeDistance = eyes[0]
            crop.eyeCenter = [eyes[1], eyes[2]]
            return crop
        default:
            throw UsageError("--margin and --eyes: expected one of them")
        }
    }
}
