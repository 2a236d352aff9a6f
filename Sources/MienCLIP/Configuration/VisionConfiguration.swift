import MienTensor

/// The shape of a CLIP vision transformer, as `config.json` states it.
///
/// The file is that of a vision model (`clip_vision_model`, the fields at the top) or of a full CLIP model
/// (`clip`, the fields under `vision_config`). Missing fields have the defaults of `transformers`, which are
/// those of ViT-B/32.
package struct VisionConfiguration: Sendable, Equatable {
    /// The width of the residual stream (`hidden_size`).
    package var width = 768
    /// The width of the feed-forward layers (`intermediate_size`).
    package var feedForwardWidth = 3072
    /// The number of residual blocks (`num_hidden_layers`).
    package var layerCount = 12
    /// The number of attention heads (`num_attention_heads`).
    package var headCount = 12
    /// The side of the input in pixels (`image_size`).
    package var imageSize = 224
    /// The side of a patch in pixels (`patch_size`).
    package var patchSize = 32
    /// The non-linearity of the feed-forward layers (`hidden_act`).
    package var activation = Activation.quickGELU
    /// What layer normalisation adds to the variance (`layer_norm_eps`).
    package var layerNormEpsilon: Float = 1e-5
    /// The width of the projected embedding where the file states it (`projection_dim`); a full model
    /// states it twice, and the two need not agree.
    package var projectionWidths: [Int] = []
    /// Whether the architecture named in the file ends in a projection; nil if it names none.
    package var hasProjection: Bool?
    /// What of this was assumed, as a sentence for people; nil if all of it is stated or shows in the weights.
    package var assumption: String?

    /// The width of one attention head.
    package var headWidth: Int { width / headCount }
    /// The number of patches along a side.
    package var gridSize: Int { imageSize / patchSize }
    /// The length of the sequence: the patches and the class token.
    package var tokenCount: Int { gridSize * gridSize + 1 }

    package init() {}

    /// Reads `config.json`; nil if there is no such file.
    package init?(path: String) throws(CLIPError) {
        guard let file = try JSONFile(path: path) else { return nil }
        let type = try file.string("model_type")
        guard type.map(Self.modelTypes.contains) ?? true else {
            throw file.wrong("model_type", "\"clip\" or \"clip_vision_model\"")
        }
        // The first published models also carry "vision_config_dict", which wins in transformers.
        var nested = try file.object("vision_config_dict")
        if nested == nil { nested = try file.object("vision_config") }
        try self.init(fields: nested ?? file)

        for object in [file, nested] {
            if let width = try object?.integer("projection_dim", in: Self.sizes) {
                projectionWidths.append(width)
            }
        }
        if let names = try file.strings("architectures") {
            if names.contains(where: Self.projectingArchitectures.contains) {
                hasProjection = true
            } else if names.contains("CLIPVisionModel") {
                hasProjection = false
            }
        }
    }

    private init(fields: JSONFile) throws(CLIPError) {
        width = try fields.integer("hidden_size", in: Self.sizes) ?? width
        feedForwardWidth = try fields.integer("intermediate_size", in: Self.sizes) ?? feedForwardWidth
        layerCount = try fields.integer("num_hidden_layers", in: Self.sizes) ?? layerCount
        headCount = try fields.integer("num_attention_heads", in: Self.sizes) ?? headCount
        imageSize = try fields.integer("image_size", in: Self.sizes) ?? imageSize
        patchSize = try fields.integer("patch_size", in: Self.sizes) ?? patchSize
        layerNormEpsilon = try fields.positiveNumber("layer_norm_eps").map(Float.init) ?? layerNormEpsilon
        if let name = try fields.string("hidden_act") {
            guard let known = Self.activations[name] else {
                throw fields.wrong("hidden_act", "\"quick_gelu\" or \"gelu\"")
            }
            activation = known
        }
        if let channels = try fields.integer("num_channels", in: Self.sizes), channels != 3 {
            throw fields.wrong("num_channels", "3: red, green and blue")
        }
        guard width % headCount == 0 else {
            throw fields.wrong("num_attention_heads", "a divisor of the hidden_size \(width)")
        }
        guard patchSize <= imageSize else {
            throw fields.wrong("patch_size", "at most the image_size \(imageSize)")
        }
    }

    /// Far above any model, far below an overflow of the products of two.
    private static let sizes = 1...(1 << 20)
    private static let modelTypes: Set = [
        "clip", "clip_vision_model", "chinese_clip", "chinese_clip_vision_model",
    ]
    private static let projectingArchitectures: Set = [
        "CLIPModel", "CLIPVisionModelWithProjection", "ChineseCLIPModel",
    ]
    private static let activations: [String: Activation] = [
        "quick_gelu": .quickGELU, "gelu": .gelu, "gelu_python": .gelu, "relu": .relu,
    ]
}
