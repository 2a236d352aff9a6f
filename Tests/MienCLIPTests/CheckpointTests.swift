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
            throws: CLIPError.cannotRead(path: file, reason: "is not a folder; expected a model folder")
        ) { try VisionEncoder(folder: file, workers: Workers(count: 1)) }
    }

    @Test func missingFilesAreNamed() throws {
        let model = try TemporaryModel()
        try model.remove("config.json")
        #expect(throws: CLIPError.missingFile(folder: model.folder, expected: "config.json")) {
            try load(model)
        }
        try model.remove("model.safetensors")
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
