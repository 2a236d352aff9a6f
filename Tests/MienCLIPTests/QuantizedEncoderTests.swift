import Foundation
import MienCLIP
import MienSafetensors
import MienTensor
import Testing

@Suite struct QuantizedEncoderTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "mien-int8-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// A folder of a golden's model with its weights in 8 bits.
    private func quantized(_ source: String) throws -> String {
        let target = folder + "/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in ["config.json", "preprocessor_config.json"] {
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
        }
        try QuantizedCheckpoint.write(
            folder: source, to: target + "/model.safetensors", workers: Workers(count: 2))
        return target
    }

    private func embeddings(
        _ folder: String, _ pixels: [UInt8], count: Int, precision: EncoderPrecision? = nil, workers: Int = 2
    ) throws -> [Float] {
        let encoder = try VisionEncoder(
            folder: folder, workers: Workers(count: workers), precision: precision)
        var result = [Float](repeating: .nan, count: count * encoder.embeddingWidth)
        encoder.encode(pixels, count: count, into: &result)
        return result
    }

    private func leastCosine(_ a: [Float], _ b: [Float], count: Int) -> Double {
        let width = a.count / count
        return (0..<count).map { image in
            let (x, y) = (a[image * width..<(image + 1) * width], b[image * width..<(image + 1) * width])
            func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Double {
                zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
        }.min()!
    }

    @Test(arguments: ["quick-gelu-f32", "gelu-f16", "full-sharded", "openclip-fused", "default"])
    func embeddingsStayClose(_ name: String) throws {
        let expected = try ExpectedEmbeddings(name)
        let found = try embeddings(
            Goldens.model(name), expected.pixels, count: expected.count, precision: .int8)
        #expect(leastCosine(found, expected.embeddings, count: expected.count) > 0.995)
        #expect(found != expected.embeddings)
    }

    /// Some channels of the norms fifty times larger, which nothing after them makes up for: the model is
    /// another one, and its activations have the outliers that real CLIP models have.
    @Test func channelsFarAboveTheOthersDoNotDrownThem() throws {
        let model = try TemporaryModel(copyOf: "quick-gelu-f32")
        try model.rewrite {
            ($0, $1)
        } change: { name, values in
            guard name.contains("layer_norm"), name.hasSuffix(".weight"), name.contains("layers.") else {
                return
            }
            for channel in stride(from: 5, to: values.count, by: 40) { values[channel] *= 50 }
        }
        let pixels = CalibrationPictures.pixels(
            count: 8, side: try ExpectedEmbeddings("quick-gelu-f32").side, seed: 7)
        let single = try embeddings(model.folder, pixels, count: 8)
        let int8 = try embeddings(model.folder, pixels, count: 8, precision: .int8)
        #expect(leastCosine(single, int8, count: 8) > 0.995)
    }

    /// With the biases of the original, what rounding the weights does to the means stays in the embeddings.
    @Test func biasesMakeUpForRoundedWeights() throws {
        let source = Goldens.model("default")
        let stored = try quantized(source)
        let plain = try quantized(source)
        let (original, old) = (
            try SafetensorsFile(path: source + "/model.safetensors"),
            try SafetensorsFile(path: plain + "/model.safetensors")
        )
        var writer = SafetensorsWriter()
        for (name, tensor) in old.tensors {
            if tensor.type == .i8 {
                writer.add(name: name, shape: tensor.shape, signedBytes: try old.signedBytes(name))
            } else {
                // Those of the values are divided by factors, too.
                let isBias = name.contains("layers.") && name.hasSuffix(".bias") && !name.contains("v_proj")
                let isChanged = isBias && !name.contains("layer_norm")
                let floats = try (isChanged ? original : old).floats(name).elements
                writer.add(name: name, shape: tensor.shape, floats: floats.span)
            }
        }
        try writer.write(to: plain + "/model.safetensors")

        let count = 16
        let side = try ExpectedEmbeddings("default").side
        let pixels = CalibrationPictures.pixels(count: count, side: side, seed: 7)
        let expected = try embeddings(source, pixels, count: count)
        func meanError(_ folder: String) throws -> Float {
            let found = try embeddings(folder, pixels, count: count)
            let width = found.count / count
            return (0..<width).reduce(0) { sum, column in
                let error = (0..<count).reduce(0) {
                    $0 + found[$1 * width + column] - expected[$1 * width + column]
                }
                return sum + abs(error)
            }
        }
        let (corrected, uncorrected) = (try meanError(stored), try meanError(plain))
        #expect(corrected < 0.9 * uncorrected)
    }

    @Test func aStoredModelHasTheBitsOfOneQuantisedWhileLoading() throws {
        let expected = try ExpectedEmbeddings("quick-gelu-f32")
        let source = Goldens.path("quick-gelu-f32")
        let stored = try quantized(source)
        let found = try embeddings(stored, expected.pixels, count: expected.count)
        let loaded = try embeddings(source, expected.pixels, count: expected.count, precision: .int8)
        #expect(found.map(\.bitPattern) == loaded.map(\.bitPattern))
        let size = { (folder: String) in
            try FileManager.default.attributesOfItem(atPath: folder + "/model.safetensors")[.size] as! Int
        }
        #expect(try size(stored) < size(source))
    }

    @Test func anImageHasTheSameBitsInAnyBatchOnAnyThreads() throws {
        let expected = try ExpectedEmbeddings("default")
        let size = expected.side * expected.side * 3
        let source = Goldens.model("default")
        let alone = try VisionEncoder(folder: source, workers: Workers(count: 1), precision: .int8)
        var single = [[Float]]()
        for image in 0..<expected.count {
            var result = [Float](repeating: .nan, count: alone.embeddingWidth)
            alone.encode(
                Array(expected.pixels[image * size..<(image + 1) * size]), count: 1, into: &result)
            single.append(result)
        }
        for workers in 1...3 {
            let all = try embeddings(
                source, expected.pixels, count: expected.count, precision: .int8, workers: workers)
            #expect(all.map(\.bitPattern) == single.flatMap(\.self).map(\.bitPattern))
        }
    }

    @Test func singlePrecisionCannotComeBack() throws {
        let stored = try quantized(Goldens.path("quick-gelu-f32"))
        let error = #expect(throws: CLIPError.self) {
            try VisionEncoder(folder: stored, workers: Workers(count: 1), precision: .single)
        }
        #expect("\(try #require(error))".contains("stored in 8 bits"))
        let second = #expect(throws: CLIPError.self) {
            try QuantizedCheckpoint.write(
                folder: stored, to: folder + "/again.safetensors", workers: Workers(count: 1))
        }
        #expect("\(try #require(second))".contains("stored in 8 bits already"))
        #expect(!FileManager.default.fileExists(atPath: folder + "/again.safetensors"))
    }

    @Test func aFileThatBreaksTheRuleOrLacksAScaleIsRefused() throws {
        let stored = try quantized(Goldens.path("quick-gelu-f32"))
        let path = stored + "/model.safetensors"
        let layer = "vision_model.encoder.layers.0.mlp.fc1"
        func rewrite(_ change: (inout [Int8]) -> Void, leavingOut missing: String? = nil) throws {
            let old = try SafetensorsFile(path: path)
            var writer = SafetensorsWriter()
            for (name, tensor) in old.tensors where name != missing {
                if tensor.type == .i8 {
                    var values = try old.signedBytes(name)
                    if name == layer + ".weight" { change(&values) }
                    writer.add(name: name, shape: tensor.shape, signedBytes: values)
                } else {
                    let floats = try old.floats(name).elements
                    writer.add(name: name, shape: tensor.shape, floats: floats.span)
                }
            }
            try writer.write(to: path)
        }
        try rewrite { values in for index in 0..<8 { values[index] = 127 } }
        let error = #expect(throws: CLIPError.self) {
            try VisionEncoder(folder: stored, workers: Workers(count: 1))
        }
        #expect("\(try #require(error))".contains("mien model quantize"))
        try rewrite(
            { values in for index in 0..<8 { values[index] = 0 } }, leavingOut: layer + ".weight_scale")
        let second = #expect(throws: CLIPError.self) {
            try VisionEncoder(folder: stored, workers: Workers(count: 1))
        }
        #expect("\(try #require(second))".contains("fc1.weight_scale\" is missing"))
    }

    @Test func headsOfOtherWidthsAreRefused() throws {
        let error = #expect(throws: CLIPError.self) {
            try VisionEncoder(
                folder: Goldens.model("heads-of-twelve"), workers: Workers(count: 1), precision: .int8)
        }
        #expect("\(try #require(error))".contains("multiple of 8"))
    }
}
