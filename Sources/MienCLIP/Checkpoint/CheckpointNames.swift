/// What a checkpoint calls the tensors of the vision transformer: the one place that maps names.
///
/// | | Hugging Face | OpenAI and OpenCLIP |
/// |---|---|---|
/// | prefix | `vision_model.`, none, or more before it | `visual.`, none, or more before it |
/// | patch embedding | `embeddings.patch_embedding.weight` | `conv1.weight` |
/// | class token | `embeddings.class_embedding` | `class_embedding` |
/// | positions | `embeddings.position_embedding.weight` | `positional_embedding` |
/// | first norm | `pre_layrnorm` (sic) | `ln_pre` |
/// | block | `encoder.layers.N.` | `transformer.resblocks.N.` |
/// | its norms | `layer_norm1`, `layer_norm2` | `ln_1`, `ln_2` |
/// | query, key, value | `self_attn.{q,k,v}_proj` | `attn.in_proj_{weight,bias}`, one above the other |
/// | attention's output | `self_attn.out_proj` | `attn.out_proj` |
/// | feed-forward | `mlp.fc1`, `mlp.fc2` | `mlp.c_fc`, `mlp.c_proj` |
/// | last norm | `post_layernorm` | `ln_post` |
/// | projection | `visual_projection.weight`, (out, in) | `proj`, (in, out) |
struct CheckpointNames: Equatable {
    enum Family: Equatable {
        case huggingFace
        case openAI
    }

    /// A linear layer or a norm: the names of its weight and bias.
    struct Pair: Equatable {
        var weight: String
        var bias: String

        init(_ stem: String, separator: String = ".") {
            weight = "\(stem)\(separator)weight"
            bias = "\(stem)\(separator)bias"
        }

        /// Of weights in 8 bits: what each output's are multiplied with.
        var weightScale: String { "\(weight)_scale" }
        /// And what the inputs are multiplied with first.
        var inputScale: String { "\(weight.dropLast("weight".utf8.count))input_scale" }
    }

    let family: Family
    let prefix: String

    /// The names of Hugging Face's own files.
    static let huggingFace = CheckpointNames(family: .huggingFace, prefix: "vision_model.")

    private init(family: Family, prefix: String) {
        self.family = family
        self.prefix = prefix
    }

    /// Finds out what the names are; nil if they are of no known kind.
    init?(_ names: some Collection<String>) {
        // Any of these tells a family, so that a checkpoint that lacks one is still understood, and the
        // error then names what it lacks. The text model of a full checkpoint has none of them.
        let anchors: [(Family, [String])] = [
            (
                .huggingFace,
                ["embeddings.patch_embedding.weight", "embeddings.class_embedding", "post_layernorm.weight"]
            ),
            (.openAI, ["ln_pre.weight", "ln_post.weight", "conv1.weight"]),
        ]
        for (family, anchors) in anchors {
            let prefixes = names.flatMap { name in
                anchors.filter { name == $0 || name.hasSuffix(".\($0)") }
                    .map { String(name.dropLast($0.utf8.count)) }
            }
            if let prefix = prefixes.min(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
                self.family = family
                self.prefix = prefix
                return
            }
        }
        return nil
    }

    var patchEmbedding: String { pick("embeddings.patch_embedding.weight", "conv1.weight") }
    var classEmbedding: String { pick("embeddings.class_embedding", "class_embedding") }
    var positionEmbedding: String {
        pick("embeddings.position_embedding.weight", "positional_embedding")
    }
    var preLayerNorm: Pair { Pair(pick("pre_layrnorm", "ln_pre")) }
    var postLayerNorm: Pair { Pair(pick("post_layernorm", "ln_post")) }

    /// The projection stands beside the vision model in Hugging Face's files, in it in OpenAI's.
    var projection: String {
        switch family {
        case .openAI: return "\(prefix)proj"
        case .huggingFace:
            let model = "vision_model."
            let outer = prefix.hasSuffix(model) ? String(prefix.dropLast(model.utf8.count)) : prefix
            return "\(outer)visual_projection.weight"
        }
    }

    func block(_ index: Int) -> String {
        pick("encoder.layers.\(index).", "transformer.resblocks.\(index).")
    }
    func norm1(_ index: Int) -> Pair { block(index, "layer_norm1", "ln_1") }
    func norm2(_ index: Int) -> Pair { block(index, "layer_norm2", "ln_2") }
    func attentionOutput(_ index: Int) -> Pair { block(index, "self_attn.out_proj", "attn.out_proj") }
    func feedForwardIn(_ index: Int) -> Pair { block(index, "mlp.fc1", "mlp.c_fc") }
    func feedForwardOut(_ index: Int) -> Pair { block(index, "mlp.fc2", "mlp.c_proj") }

    /// Where the queries', keys' or values' weights are: a tensor and their place among equal parts of it.
    func attentionInput(_ input: AttentionInput, _ index: Int) -> (names: Pair, part: Int, parts: Int) {
        switch family {
        case .huggingFace:
            (Pair("\(block(index))self_attn.\(input.letter)_proj"), 0, 1)
        case .openAI:
            (Pair("\(block(index))attn.in_proj", separator: "_"), input.rawValue, 3)
        }
    }

    private func block(_ index: Int, _ huggingFace: String, _ openAI: String) -> Pair {
        Pair(block(index) + (family == .huggingFace ? huggingFace : openAI))
    }

    private func pick(_ huggingFace: String, _ openAI: String) -> String {
        prefix + (family == .huggingFace ? huggingFace : openAI)
    }
}

/// What attention makes of its input, in the order of the fused weights.
enum AttentionInput: Int, CaseIterable {
    case query
    case key
    case value

    var letter: String {
        switch self {
        case .query: "q"
        case .key: "k"
        case .value: "v"
        }
    }
}
