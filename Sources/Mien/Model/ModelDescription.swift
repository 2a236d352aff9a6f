import Foundation
import MienHeads
import MienTimeline

/// What a model folder holds, for people and for scripts.
public struct ModelDescription: Sendable, Codable, Equatable {
    /// The name in `mien.json`, or that of the folder.
    public var name: String
    /// The path of the folder.
    public var folder: String
    /// SHA-256 over the names and contents of its files.
    public var sha256: String
    /// The bytes of all its files.
    public var bytes: Int
    /// The encoder's input: square pictures of this many pixels a side.
    public var imageSize: Int
    /// The side of a patch in pixels.
    public var patchSize: Int
    /// The width of the transformer.
    public var width: Int
    /// The number of transformer blocks.
    public var layers: Int
    /// The number of attention heads.
    public var attentionHeads: Int
    /// The activation of the feed-forward layers.
    public var activation: String
    /// What the encoder's weights are stored in, and so what it multiplies with unless told otherwise.
    public var precision: Precision
    /// The number of elements of an embedding.
    public var embeddingWidth: Int
    /// Whether embeddings are projected, as CLIP's are.
    public var isProjected: Bool
    /// What the heads read: `expression`, `au`, both or nothing.
    public var heads: [String]
    /// How faces are cropped.
    public var crop: String
    /// The temperature the expression logits are divided by.
    public var expressionTemperature: Double?
    /// The probability from which each action unit counts as active, by name.
    public var actionUnitThresholds: [String: Double]
    /// The action units that the model grades as weak, by name.
    public var weakActionUnits: [String]
    /// The licence of the weights, where `mien.json` says it.
    public var licence: String?

    enum CodingKeys: String, CodingKey {
        case name, folder, sha256, bytes, width, layers, activation, precision, heads, crop, licence
        case imageSize = "image_size"
        case patchSize = "patch_size"
        case attentionHeads = "attention_heads"
        case embeddingWidth = "embedding_width"
        case isProjected = "is_projected"
        case expressionTemperature = "expression_temperature"
        case actionUnitThresholds = "au_thresholds"
        case weakActionUnits = "weak_au"
    }
}

extension Model {
    /// Describes the folder; reads all of it for its hash.
    ///
    /// - Throws: ``MienError/model(_:)``.
    public func describe() throws(MienError) -> ModelDescription {
        let encoder = encoder.configuration
        return ModelDescription(
            name: name, folder: folder, sha256: try fingerprint(), bytes: fileBytes,
            imageSize: encoder.imageSize,
            patchSize: encoder.patchSize, width: encoder.width, layers: encoder.layerCount,
            attentionHeads: encoder.headCount, activation: "\(encoder.activation)",
            precision: precision,
            embeddingWidth: self.encoder.embeddingWidth, isProjected: self.encoder.hasProjection,
            heads: HeadTask.allCases.filter { heads?.has($0) ?? false }.map(\.rawValue),
            crop: cropSpecification.description,
            expressionTemperature: heads?.hasExpression == true
                ? manifest?.calibration.expressionTemperature ?? 1 : nil,
            actionUnitThresholds: actionUnitThresholds, weakActionUnits: weakActionUnits,
            licence: manifest?.licence)
    }

    /// The bytes of all files of the folder.
    package var fileBytes: Int { Self.bytes(of: files, in: folder) }

    /// The bytes of files of a folder; those that are not there count nothing.
    static func bytes(of names: [String], in folder: String) -> Int {
        names.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            return sum + ((attributes?[.size] as? NSNumber)?.intValue ?? 0)
        }
    }

    /// The probability from which on each action unit counts as active, by name; empty without a head for them.
    var actionUnitThresholds: [String: Double] {
        guard heads?.hasActionUnits == true, let manifest else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: zip(
                HeadTask.actionUnits.labels, manifest.calibration.actionUnitThresholds))
    }

    /// The action units that the model grades as weak, by name; none without a head for them.
    var weakActionUnits: [String] {
        heads?.hasActionUnits == true ? manifest?.weakActionUnits ?? [] : []
    }

    /// What metadata say of the model; reads all of it for its hash.
    func record() throws(MienError) -> ModelRecord { record(sha256: try fingerprint()) }

    /// Which action units are active.
    package var decisions: ActionUnitDecisions { ActionUnitDecisions(record(sha256: nil)) }

    private func record(sha256: String?) -> ModelRecord {
        ModelRecord(
            name: name, path: isEmbedded ? nil : folder, sha256: sha256,
            thresholds: actionUnitThresholds.isEmpty ? nil : actionUnitThresholds,
            weakUnits: weakActionUnits.isEmpty ? nil : weakActionUnits)
    }
}
