import Foundation
import Mien
import MienCore
import MienHeads
import MienTraining

/// The options that say what is learned from, or measured against: the same for `train` and `evaluate`.
struct LabelArguments {
    static let options =
        [
            Option("--task", value: "expression|au", help: "what the head reads"),
            Option(
                "--features", value: "F.safetensors",
                help: "features and labels, as mien embed or other tools write them"),
            Option(
                "--labels", value: "L.csv|L.eaf",
                help:
                    "labels of images or videos, a table of mien annotate with labels\nin it, or an ELAN file of mien export beside its table"
            ),
            Option("--affwild2", value: "DIR", help: "the folders of Aff-Wild2 as they are distributed"),
            Option(
                "--media", "--images", value: "PATH",
                help:
                    "the video of such a table, or the folder in which the paths of\nlabels begin. Default: as the table says; the folder of the labels"
            ),
            Option(
                "--no-faces",
                help: "the images of labels are cropped faces already: embed them whole"),
            Option(
                "--every", value: "N",
                help: "of videos with one label as a whole, take one frame in N.\nDefault: 1"),
            Option(
                "--skip-malformed",
                help: "count and leave out what cannot be read, instead of stopping"),
            Option(
                "--cache", value: "DIR",
                help: "where features of images and videos are kept.\nDefault: ~/.cache/mien/features"),
        ] + ModelOptions.options

    let task: HeadTask
    let model: ModelOptions
    private let media: String?
    private let every: Int
    private let areCrops: Bool
    private let skipsBroken: Bool
    private let cacheFolder: String?
    private let main: (key: String, path: String)

    init(_ arguments: Arguments) throws(UsageError) {
        guard let word = try arguments.choice("--task", of: HeadTask.allCases.map(\.rawValue)),
            let task = HeadTask(rawValue: word)
        else { throw UsageError("no task given: --task expression or --task au") }
        self.task = task
        model = try ModelOptions(arguments)
        media = arguments.string("--images")
        every = try arguments.integer("--every", in: 1...Int.max) ?? 1
        areCrops = arguments.has("--no-faces")
        skipsBroken = arguments.has("--skip-malformed")
        cacheFolder = arguments.string("--cache")
        let given = ["--features", "--labels", "--affwild2"].filter(arguments.has)
        guard given.count == 1, let path = arguments.string(given[0]) else {
            throw UsageError(
                given.isEmpty
                    ? "no data given: --features, --labels or --affwild2"
                    : "\(given.joined(separator: " and ")): expected one of them")
        }
        if given[0] == "--features", !path.hasSuffix(".safetensors") {
            throw UsageError("--features \(path): expected a .safetensors file; --labels takes a CSV or .eaf")
        }
        if given[0] == "--labels", path.hasSuffix(".safetensors") {
            throw UsageError(
                "--labels \(path): expected a CSV or an ELAN file; --features takes a .safetensors file")
        }
        guard given[0] == "--labels" || !areCrops else {
            throw UsageError("--no-faces: applies to --labels; \(given[0]) has no faces to be found")
        }
        main = (given[0], path)
    }

    var isAffWild2: Bool { main.key == "--affwild2" }

    /// What was given, as a source.
    ///
    /// - Parameter part: The part of Aff-Wild2 that is meant.
    func source(part: AffWild2.Part) -> DataSource {
        DataSource(
            path: main.path, part: isAffWild2 ? part : nil, media: media, areCrops: areCrops,
            allowsMalformed: skipsBroken)
    }

    /// Another source: features, labels or a folder, as its path says.
    func source(at path: String) -> DataSource {
        var source = DataSource(path: path, areCrops: areCrops, allowsMalformed: skipsBroken)
        // A folder of images serves all labels; a video belongs to one table.
        if let media, DataSource(path: media).isFolder { source.media = media }
        if source.isFolder { source.part = .validation }
        return source
    }

    /// Where features are kept, for sources that have none themselves.
    func cache() throws(UsageError) -> String {
        if let cacheFolder { return cacheFolder }
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty { return folder + "/mien/features" }
        guard let home = environment["HOME"], !home.isEmpty else {
            throw UsageError("there is no home directory to keep features in: --cache DIR")
        }
        return home + "/.cache/mien/features"
    }

    /// What embeds the sources, if any of them has no features.
    func embedder(
        for sources: [DataSource], folder: String? = nil, cancellation: Cancellation
    ) throws -> ModelEmbedder? {
        guard !sources.allSatisfy(\.isFeatures) else { return nil }
        let model =
            if self.model.folder == nil, let folder {
                try Model(
                    folder: folder, threads: self.model.threads, precision: self.model.precision)
            } else { try self.model.load() }
        return try ModelEmbedder(
            model: model, every: every, skipsBroken: skipsBroken, cancellation: cancellation, say: Console.say
        )
    }

    /// The threads for everything but embedding.
    var threads: Int { model.threads ?? ProcessInfo.processInfo.activeProcessorCount }
}
