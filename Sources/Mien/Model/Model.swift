import Foundation
import MienCLIP
import MienFaces
import MienHash
import MienHeads
import MienTensor
import Synchronization

/// A model folder: a CLIP image encoder, and the heads that read its embeddings.
///
/// The folder is an ordinary Hugging Face CLIP folder (`config.json`, `model.safetensors`,
/// `preprocessor_config.json`) with `heads.safetensors` and `mien.json` beside them. A folder without the
/// last two is good for embeddings only.
public final class Model: Sendable {
    /// The path of the folder.
    public let folder: String
    /// The name in `mien.json`, or that of the folder.
    public let name: String

    package let heads: Heads?
    package let manifest: ModelManifest?
    /// Whether this is the model that is built in.
    package let isEmbedded: Bool

    /// The encoder has scratch memory of its own: its calls are made under `encoderLock`. What else is read of
    /// it never changes.
    nonisolated(unsafe) let encoder: VisionEncoder
    let encoderLock = NSLock()
    /// The cores that the detector may use in a search, during which the encoder may have to wait for crops.
    let searchWorkers: Workers
    /// The hash of a large model takes seconds, and every table names it.
    private let knownFingerprint = Mutex<String?>(nil)

    /// Opens a model folder.
    ///
    /// - Parameters:
    ///   - threads: The number of cores the encoder uses; nil for all. Changes no result.
    ///   - precision: What the encoder multiplies with; nil for what the folder's weights are stored in. For
    ///     ``Precision/int8``, weights in single precision are quantised as they are read, to what
    ///     `mien model quantize` stores.
    /// - Throws: ``MienError/model(_:)``, naming the file and what was expected of it.
    public convenience init(
        folder: String, threads: Int? = nil, precision: Precision? = nil
    ) throws(MienError) {
        try self.init(folder: folder, threads: threads, precision: precision, isEmbedded: false)
    }

    private init(
        folder: String, threads: Int?, precision: Precision?, isEmbedded: Bool
    ) throws(MienError) {
        self.folder = folder
        self.isEmbedded = isEmbedded
        let workers = Workers(count: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        // Beyond a few, the pieces of a small network's layer are not worth waking a thread for.
        searchWorkers = Workers(count: min(workers.count, 4))
        do {
            encoder = try VisionEncoder(
                folder: folder, workers: workers,
                precision: precision.flatMap { EncoderPrecision(rawValue: $0.rawValue) })
            let headsPath = folder + "/heads.safetensors"
            let manifestPath = folder + "/mien.json"
            let files = FileManager.default
            heads =
                files.fileExists(atPath: headsPath)
                ? try Heads(path: headsPath, width: encoder.embeddingWidth) : nil
            manifest =
                files.fileExists(atPath: manifestPath) ? try ModelManifest(path: manifestPath) : nil
            name = manifest?.name ?? (folder as NSString).lastPathComponent
        } catch {
            throw .model("\(error)")
        }
    }

    /// The model that is built in.
    ///
    /// - Parameters:
    ///   - threads: The number of cores the encoder uses; nil for all. Changes no result.
    ///   - precision: What the encoder multiplies with; nil for single precision.
    public static func embedded(
        threads: Int? = nil, precision: Precision? = nil
    ) throws(MienError) -> Model {
        guard let folder = Bundle.module.resourceURL?.appendingPathComponent("default").path else {
            throw .model("the built-in model is missing from the installation: reinstall mien")
        }
        return try Model(folder: folder, threads: threads, precision: precision, isEmbedded: true)
    }

    /// What had to be assumed of an encoder whose folder does not say everything; nil if nothing had to be.
    package var assumption: String? { encoder.configuration.assumption }

    /// Which columns will be empty, for want of a head; nil if none will.
    package var missingHead: String? {
        guard let heads, let missing = HeadTask.allCases.first(where: { !heads.has($0) }) else { return nil }
        let columns = missing == .expression ? "expressions" : "action units"
        return "the model \(name) has no head for \(columns): their columns stay empty"
    }

    /// What the encoder multiplies with.
    public var precision: Precision { encoder.precision == .int8 ? .int8 : .single }

    /// The files that make up the folder, by name; what is absent is left out.
    package var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".json") }.sorted()
    }

    /// SHA-256 over the names and contents of ``files``: two models with the same fingerprint give the same
    /// numbers.
    ///
    /// The files are read once; they do not change while the model is in use.
    package func fingerprint() throws(MienError) -> String {
        if let known = knownFingerprint.withLock({ $0 }) { return known }
        let hash = ContentHash()
        do {
            for name in files {
                Array("\(name)\n".utf8).withUnsafeBytes { hash.update($0) }
                try hash.update(contentsOf: folder + "/" + name)
            }
        } catch {
            throw .model("\(folder): the model's files could not be read again: \(error)")
        }
        let fingerprint = hash.finish()
        knownFingerprint.withLock { $0 = fingerprint }
        return fingerprint
    }
}
