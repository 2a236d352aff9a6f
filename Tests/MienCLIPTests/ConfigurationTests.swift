import Foundation
import MienCLIP
import MienTensor
import Testing

@Suite struct ConfigurationTests {
    @Test func missingFieldsAreThoseOfB32() throws {
        let model = try TemporaryModel()
        try model.write("{}", to: "config.json")
        let configuration = try #require(try VisionConfiguration(path: model.path("config.json")))
        #expect(configuration == VisionConfiguration())
        #expect((configuration.width, configuration.layerCount, configuration.headCount) == (768, 12, 12))
        #expect((configuration.feedForwardWidth, configuration.tokenCount) == (3072, 50))
    }

    /// The first published models repeat themselves, and transformers believes `vision_config_dict`.
    @Test func nestedFieldsAreRead() throws {
        let model = try TemporaryModel()
        try model.write(
            """
            {"model_type": "clip", "projection_dim": 768, "architectures": ["CLIPModel"],
             "vision_config": {"hidden_size": 64, "patch_size": 16, "projection_dim": 512},
             "vision_config_dict": {"hidden_size": 1024, "intermediate_size": 4096, "patch_size": 14,
                "num_hidden_layers": 24, "num_attention_heads": 16, "image_size": 336, "hidden_act": "gelu"}}
            """, to: "config.json")
        let configuration = try #require(try VisionConfiguration(path: model.path("config.json")))
        #expect((configuration.width, configuration.feedForwardWidth) == (1024, 4096))
        #expect((configuration.layerCount, configuration.headCount) == (24, 16))
        #expect((configuration.gridSize, configuration.tokenCount) == (24, 577))
        #expect(configuration.activation == .gelu)
        #expect(configuration.projectionWidths == [768])
        #expect(configuration.hasProjection == true)
    }

    @Test func preprocessingIsOpenAIsByDefault() throws {
        let model = try TemporaryModel()
        #expect(try PreprocessingConfiguration(folder: model.path("nowhere")) == nil)
        try model.write("{\"size\": null}", to: "preprocessor_config.json")
        let configuration = try #require(try PreprocessingConfiguration(folder: model.folder))
        #expect(configuration == PreprocessingConfiguration())
        #expect(configuration.side == 224)
        let table = configuration.normalisationTable
        #expect(table.count == 768)
        #expect(abs(table[0] + 0.48145466 / 0.26862954) < 1e-6)
        #expect(abs(table[767] - (1 - 0.40821073) / 0.27577711) < 1e-6)
    }

    @Test func rescalingAndNormalisingCanBeOff() throws {
        let model = try TemporaryModel()
        try model.write(
            "{\"do_rescale\": false, \"do_normalize\": false, \"crop_size\": 20}",
            to: "preprocessor_config.json")
        let table = try #require(try PreprocessingConfiguration(folder: model.folder)).normalisationTable
        #expect(table[255] == 255 && table[256] == 0)
    }

    /// Each error names the file, the key, what it found and what it expected.
    @Test(arguments: [
        ("hidden_size", "\"wide\"", "an integer from 1 to 1048576"),
        ("hidden_size", "16.5", "an integer from 1 to 1048576"),
        ("num_hidden_layers", "0", "an integer from 1 to 1048576"),
        ("num_attention_heads", "3", "a divisor of the hidden_size 16"),
        ("patch_size", "21", "at most the image_size 20"),
        ("layer_norm_eps", "0", "a positive number"),
        ("hidden_act", "\"swish\"", "\"quick_gelu\" or \"gelu\""),
        ("num_channels", "1", "3: red, green and blue"),
        ("model_type", "\"siglip\"", "\"clip\" or \"clip_vision_model\""),
        ("architectures", "[1]", "an array of strings"),
        ("vision_config", "7", "an object"),
    ])
    func wrongModelValuesAreNamed(_ key: String, _ value: String, _ expected: String) throws {
        let model = try TemporaryModel()
        try model.set(key, json(value), in: "config.json")
        #expect(
            throws: CLIPError.wrongValue(
                path: model.path("config.json"), key: key, found: value, expected: expected)
        ) { try VisionEncoder(folder: model.folder, workers: Workers(count: 1)) }
    }

    @Test(arguments: [
        ("size", "\"big\"", "an integer, {shortest_edge} or {height, width}"),
        ("size", "{longest_edge: 20}", "an integer, {shortest_edge} or {height, width}"),
        ("resample", "1", "2 (bilinear) or 3 (bicubic)"),
        ("resample", "9", "an integer from 0 to 5"),
        ("image_mean", "[0.5, 0.5]", "three numbers"),
        ("image_std", "[0.5, 0, 0.5]", "three positive numbers"),
        ("crop_size", "{height: 20, width: 30}", "an integer or an equal height and width"),
        ("crop_size", "24", "20, the image_size of config.json"),
        ("do_center_crop", "false", "true unless \"size\" gives an equal height and width"),
        ("rescale_factor", "-1", "a positive number"),
        ("do_resize", "\"yes\"", "true or false"),
    ])
    func wrongPreprocessingValuesAreNamed(_ key: String, _ value: String, _ expected: String) throws {
        let model = try TemporaryModel()
        try model.set(key, json(value), in: "preprocessor_config.json")
        #expect(
            throws: CLIPError.wrongValue(
                path: model.path("preprocessor_config.json"), key: key, found: value, expected: expected)
        ) { try VisionEncoder(folder: model.folder, workers: Workers(count: 1)) }
    }

    @Test func errorsReadWell() {
        let error = CLIPError.wrongValue(
            path: "m/config.json", key: "patch_size", found: "0", expected: "an integer from 1 to 1048576")
        #expect(
            error.description == "m/config.json: \"patch_size\" is 0, expected an integer from 1 to 1048576")
    }

    /// The value that a message shows as `text`.
    private func json(_ text: String) -> Any {
        switch text {
        case "false": false
        case "[1]": [1]
        case "[0.5, 0.5]": [0.5, 0.5]
        case "[0.5, 0, 0.5]": [0.5, 0, 0.5]
        case "{longest_edge: 20}": ["longest_edge": 20]
        case "{height: 20, width: 30}": ["height": 20, "width": 30]
        default: Double(text) ?? text.trimmingCharacters(in: ["\""])
        }
    }
}
