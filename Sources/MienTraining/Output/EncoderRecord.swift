import Foundation
import Mien
import MienHeads

/// Which encoder heads belong to, as their `mien.json` says it: embeddings of another one are as wide, often
/// enough, and mean nothing to them.
package enum EncoderRecord {
    private static let key = "encoder"
    private static let hash = "features_sha256"

    /// Notes in the manifest at `path` what the head of `task` was trained on.
    ///
    /// - Parameter crop: How faces were cropped; nil if they came as crops.
    package static func store(
        _ embedder: ModelEmbedder, crop: Crop?, task: HeadTask, in path: String
    ) throws {
        var manifest = try ModelManifest(path: path)
        if let crop { manifest.crop = crop }
        var training = manifest.provenance["training"]?.members ?? [:]
        var record = training[task.rawValue]?.members ?? [:]
        record[key] = .object(["name": .string(embedder.model.name), hash: .string(embedder.encoder)])
        training[task.rawValue] = .object(record)
        manifest.provenance["training"] = .object(training)
        try manifest.write(to: path)
    }

    /// What is wrong with reading the embeddings of `fingerprint` with `heads`; nil if nothing is known to be.
    package static func objection(to fingerprint: String, heads: String, tasks: [HeadTask]) -> String? {
        let isFolder = DataSource(path: heads).isFolder
        let folder = isFolder ? heads : heads.parentFolder
        let path = (folder as NSString).appendingPathComponent("mien.json")
        guard let manifest = try? ModelManifest(path: path) else { return nil }
        for task in tasks {
            let record = manifest.provenance["training"]?.members?[task.rawValue]?.members?[key]?.members
            guard let record, let known = record[hash]?.string, known != fingerprint else { continue }
            let name = record["name"]?.string ?? "another model"
            return
                "\(heads): its head for the task \(task.rawValue) was trained with the encoder and crops of "
                + "\(name), which are not these: what it says of them means little"
        }
        return nil
    }
}
