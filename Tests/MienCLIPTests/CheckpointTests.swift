import Foundation
import MienCLIP
import MienTensor
import Testing

@Suite struct CheckpointTests {
    @Test(arguments: [
        "vision_model.embeddings.class_embedding", "vision_model.embeddings.patch_embedding.weight",
        "vision_model.embeddings.position_embedding.weight", "vision_model.pre_layrnorm.bias",
        "vision_model.encoder.layers.1.self_attn.k_proj.bias", "vision_model.encoder.layers.0.mlp.fc2.weight",
        "vision_model.encoder.layers.1.layer_norm2.weight", "vision_model.post_layernorm.weight",
        "visual_projection.weight",
    ])
    func aMissingTensorIsNamed(_ tensor: String) throws {
        let model = try TemporaryModel()
        try model.rewrite { $0 == tensor ? nil : ($0, $1) }
        let error = CLIPError.tensor(
            .missingTensor(path: model.path("model.safetensors"), tensor: tensor))
        #expect(throws: error) { try load(model) }
        #expect(error.description.contains(model.folder) && error.description.contains(tensor))
    }

    @Test(arguments: [
        ("vision_model.embeddings.class_embedding", [15], [16]),
        ("vision_model.embeddings.patch_embedding.weight", [16, 3, 5, 6], [16, 3, 6, 6]),
        ("vision_model.embeddings.position_embedding.weight", [17, 16], [10, 16]),
        ("vision_model.encoder.layers.0.self_attn.q_proj.weight", [16, 8], [16, 16]),
        ("vision_model.encoder.layers.0.mlp.fc1.weight", [16, 40], [40, 16]),
        ("vision_model.encoder.layers.1.mlp.fc2.bias", [1, 16], [16]),
        ("visual_projection.weight", [13, 16], [12, 16]),
        ("visual_projection.weight", [12], [12, 16]),
    ])
    func aWrongShapeIsNamed(_ tensor: String, _ found: [Int], _ expected: [Int]) throws {
        let model = try TemporaryModel()
        try model.rewrite { ($0, $0 == tensor ? found : $1) }
        #expect(
            throws: CLIPError.tensor(
                .wrongShape(
                    path: model.path("model.safetensors"), tensor: tensor, found: found, expected: expected))
        ) { try load(model) }
    }

    @Test func anUnsupportedTypeIsNamed() throws {
        let model = try TemporaryModel()
        let name = "vision_model.embeddings.class_embedding"
        try model.rewrite(asDoubles: name) { ($0, $1) }
        #expect(
            throws: CLIPError.tensor(
                .wrongType(
                    path: model.path("model.safetensors"), tensor: name, found: "F64",
                    expected: "F32, F16 or BF16"))
        ) { try load(model) }
    }

    @Test(arguments: [0, 7, 100, 5000]) func aTruncatedFileIsNamed(_ count: Int) throws {
        let model = try TemporaryModel()
        try model.truncate("model.safetensors", to: count)
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(error.description.contains(model.path("model.safetensors")))
    }

    @Test func aMissingOrWrongFolderIsNamed() throws {
        let model = try TemporaryModel()
        #expect(
            throws: CLIPError.cannotRead(path: "/nowhere/model", reason: "No such file or directory")
        ) { try VisionEncoder(folder: "/nowhere/model", workers: Workers(count: 1)) }
        let file = model.path("config.json")
        #expect(
            throws: CLIPError.cannotRead(
                path: file,
                reason: "is not a folder; expected a model folder, with config.json and model.safetensors")
        ) { try VisionEncoder(folder: file, workers: Workers(count: 1)) }
    }

    @Test func missingFilesAreNamed() throws {
        let model = try TemporaryModel()
        try model.remove("config.json")
        #expect(throws: CLIPError.missingFile(folder: model.folder, expected: "config.json")) {
            try load(model)
        }
        try model.remove("model.safetensors")
        try model.remove("expected.safetensors")
        #expect(
            throws: CLIPError.missingFile(
                folder: model.folder, expected: "model.safetensors or model.safetensors.index.json")
        ) { try load(model) }
    }

    @Test(arguments: ["config.json", "preprocessor_config.json"])
    func invalidJSONIsNamed(_ name: String) throws {
        let model = try TemporaryModel()
        try model.write("{\"size\": 20,", to: name)
        #expect(throws: CLIPError.malformed(path: model.path(name), reason: "is not valid JSON")) {
            try load(model)
        }
        try model.write("[]", to: name)
        #expect(
            throws: CLIPError.malformed(path: model.path(name), reason: "holds [], expected a JSON object")
        ) { try load(model) }
    }

    @Test func otherCheckpointsAreRefused() throws {
        let model = try TemporaryModel()
        try model.rewrite { ("encoder." + $0.replacing(".", with: "_"), $1) }
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(error.description.contains("is not a CLIP vision checkpoint"))

        let scaled = try TemporaryModel(copyOf: "openclip-fused")
        let scale = "module.visual.transformer.resblocks.0.ls_1.gamma"
        try scaled.rewrite { ($0 == "logit_scale" ? scale : $0, $1) }
        #expect(
            throws: CLIPError.unsupported(
                path: scaled.path("model.safetensors"), tensor: scale,
                reason: "layer scale is not part of CLIP's vision transformer")
        ) { try load(scaled) }
    }

    /// Files in the place of the weights, and what the message must have: the cause and the way out.
    @Test(arguments: [
        ("pytorch_model.bin", "it has pytorch_model.bin, weights of PyTorch: convert it once: python3 -c"),
        ("ViT-B-32.pt", "it has ViT-B-32.pt, weights of PyTorch"),
        ("tf_model.h5", "weights for TensorFlow; convert them once"),
        ("flax_model.msgpack", "weights for Flax; convert them once"),
        ("model.onnx", "it has model.onnx, of another engine: download the model's safetensors file"),
        ("adapter_model.safetensors", "it has an adapter: merge it into its model"),
        ("heads.safetensors", "it has only heads: 'mien model import"),
        ("model-00001-of-00002.safetensors", "a part of it without model.safetensors.index.json"),
        (
            "clip.safetensors",
            "it has clip.safetensors: if that is the whole model, call it model.safetensors"
        ),
    ]) func whatStandsInThePlaceOfTheWeightsIsSaid(name: String, expected: String) throws {
        let model = try TemporaryModel()
        for file in try FileManager.default.contentsOfDirectory(atPath: model.folder)
        where file.hasSuffix(".safetensors") { try model.remove(file) }
        try model.write("x", to: name)
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(error.description.hasPrefix("\(model.folder): has no model.safetensors"))
        #expect(error.description.contains(expected), "\(error)")
    }

    @Test(arguments: [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "a Git LFS pointer"),
        ("<!doctype html><title>404</title>", "a web page"), ("Entry not found", "text, \"Entry not found\""),
    ]) func filesThatWereNeverDownloadedAreSaidToBeSo(text: String, expected: String) throws {
        for name in ["model.safetensors", "config.json"] {
            let model = try TemporaryModel()
            try model.write(text, to: name)
            let error = try #require(throws: CLIPError.self) { try load(model) }
            #expect(error.description.contains(model.path(name)) && error.description.contains(expected))
        }
    }

    @Test(arguments: [
        ("base.model.layers.0.q.lora_A.weight", "it is an adapter: merge it"),
        ("expression.output.weight", "it holds heads: 'mien model import"),
        ("text_model.embeddings.token_embedding.weight", "it holds a text encoder alone"),
        ("blocks.0.attn.qkv.weight", "its tensors are called like \"blocks.0.attn.qkv.weight\""),
    ]) func weightsOfOtherThingsAreNamed(tensor: String, expected: String) throws {
        let model = try TemporaryModel()
        try model.rewrite { $0 == "vision_model.post_layernorm.bias" ? (tensor, $1) : nil }
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(error.description.contains("is not a CLIP vision checkpoint"))
        #expect(error.description.contains(expected), "\(error)")
    }

    @Test(
        arguments: [Float.nan, .infinity, -.infinity],
        [
            "vision_model.encoder.layers.1.mlp.fc2.weight", "vision_model.embeddings.class_embedding",
            "visual_projection.weight", "vision_model.encoder.layers.0.self_attn.v_proj.weight",
        ]) func weightsThatAreNoNumbersAreRefused(value: Float, tensor: String) throws
    {
        let model = try TemporaryModel()
        try model.rewrite {
            ($0, $1)
        } change: { name, elements in
            if name == tensor { elements[3] = value }
        }
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(
            error.description.contains("tensor \"\(tensor)\": element 3 is \(value): the weights are damaged")
        )
    }

    @Test(arguments: [
        ("num_hidden_layers", 1), ("num_hidden_layers", 3), ("hidden_size", 32), ("patch_size", 5),
    ])
    func aConfigurationOfAnotherModelIsRefused(key: String, value: Int) throws {
        let model = try TemporaryModel()
        try model.set(key, value, in: "config.json")
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(
            error.description.contains("config.json: \"\(key)\" is \(value), expected ")
                && error.description.hasSuffix("as the weights have: the file belongs to another model"),
            "\(error)")
    }

    // MARK: Shards

    @Test func aMissingShardIsNamed() throws {
        let model = try TemporaryModel(copyOf: "full-sharded")
        try model.remove("model-00002-of-00002.safetensors")
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(error.description.contains(model.path("model-00002-of-00002.safetensors")))
    }

    @Test func aTensorThatItsShardLacksIsNamed() throws {
        let model = try TemporaryModel(copyOf: "full-sharded")
        let shard = "model-00002-of-00002.safetensors"
        try model.rewrite(shard) { $0 == "visual_projection.weight" ? nil : ($0, $1) }
        #expect(
            throws: CLIPError.tensor(
                .missingTensor(path: model.path(shard), tensor: "visual_projection.weight"))
        ) { try load(model) }
    }

    @Test(arguments: ["../model.safetensors", "/etc/passwd", ""])
    func anIndexStaysInItsFolder(_ name: String) throws {
        let model = try TemporaryModel(copyOf: "full-sharded")
        try model.set("weight_map", ["a": name], in: "model.safetensors.index.json")
        #expect(
            throws: CLIPError.wrongValue(
                path: model.path("model.safetensors.index.json"), key: "weight_map.a", found: "\"\(name)\"",
                expected: "the name of a file in the same folder")
        ) { try load(model) }
    }

    // MARK: Without config.json

    @Test func openAIsShapeIsInferred() throws {
        let model = try TemporaryModel(copyOf: "openai-no-config")
        let configuration = try load(model).configuration
        #expect((configuration.width, configuration.headCount, configuration.layerCount) == (64, 1, 2))
        #expect((configuration.imageSize, configuration.patchSize) == (18, 6))
        #expect((configuration.feedForwardWidth, configuration.activation) == (64, .quickGELU))

        try model.write(
            """
            {"model_cfg": {"vision_cfg": {"head_width": 16}},
             "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}}
            """, to: "open_clip_config.json")
        let encoder = try load(model)
        #expect(encoder.configuration.headCount == 4)
        #expect(encoder.configuration.activation == .gelu)
        #expect(encoder.preprocessing.normalisationTable[0] == -2)
    }

    @Test func whatHadToBeAssumedIsSaid() throws {
        // OpenAI's own file settles it by what else it holds.
        let own = try TemporaryModel(copyOf: "openai-no-config")
        let marks = ["input_resolution", "context_length", "vocab_size"]
        try own.rewrite(adding: marks) { name, shape in marks.contains(name) ? nil : (name, shape) }
        #expect(try load(own).configuration.assumption == nil)

        let bare = try TemporaryModel(copyOf: "openai-no-config")
        try bare.rewrite { name, shape in marks.contains(name) ? nil : (name, shape) }
        let assumed = try load(bare).configuration
        #expect(assumed.activation == .quickGELU && assumed.headCount == 1)
        #expect(assumed.assumption?.contains("QuickGELU and attention heads 64 wide are assumed") == true)

        try bare.rename("model.safetensors", to: "open_clip_model.safetensors")
        let open = try load(bare).configuration
        #expect(open.activation == .gelu && open.assumption?.contains(" GELU and ") == true)

        try bare.rewrite("open_clip_model.safetensors", metadata: ["quick_gelu": "true", "head_width": "32"])
        { ($0, $1) }
        let stated = try load(bare).configuration
        #expect(stated.activation == .quickGELU && stated.headCount == 2 && stated.assumption == nil)
    }

    @Test(arguments: [
        ("visual.positional_embedding", [9, 64], "has 9 positions, expected a square number and one"),
        ("visual.conv1.weight", [64, 108], "has shape [64, 108], expected 4 positive extents"),
    ])
    func whatCannotBeInferredIsNamed(_ tensor: String, _ shape: [Int], _ reason: String) throws {
        let model = try TemporaryModel(copyOf: "openai-no-config")
        try model.rewrite { ($0, $0 == tensor ? shape : $1) }
        let error = try #require(throws: CLIPError.self) { try load(model) }
        #expect(error.description.contains("\"\(tensor)\": \(reason)"))
    }

    @discardableResult
    private func load(_ model: TemporaryModel) throws -> VisionEncoder {
        try VisionEncoder(folder: model.folder, workers: Workers(count: 1))
    }
}
