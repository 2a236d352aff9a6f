import Foundation
import MienCLIP
import MienTensor
import Testing

@Suite struct VisionEncoderTests {
    static let models = [
        "quick-gelu-f32", "gelu-f16", "no-projection-bf16", "full-sharded", "heads-of-twelve",
        "openclip-fused", "openai-no-config", "default",
    ]

    /// Against transformers in double precision. Single precision leaves about 1e-6.
    @Test(arguments: models) func embeddingsEqualTransformers(_ name: String) throws {
        let expected = try ExpectedEmbeddings(name)
        let encoder = try VisionEncoder(folder: Goldens.model(name), workers: Workers(count: 2))
        #expect(encoder.imageSize == expected.side)
        #expect(encoder.embeddingWidth == expected.width)
        #expect(encoder.hasProjection == (name != "no-projection-bf16"))
        let found = embeddings(encoder, expected.pixels, count: expected.count)
        #expect(relativeError(found, expected.embeddings) < 1e-5)
    }

    /// What a checkpoint's names are does not change what it computes.
    @Test func prefixesAreIgnored() throws {
        let expected = try ExpectedEmbeddings("quick-gelu-f32")
        for prefix in ["clip.", "model.clip."] {
            let model = try TemporaryModel()
            try model.rewrite { (prefix + $0, $1) }
            let encoder = try VisionEncoder(folder: model.folder, workers: Workers(count: 1))
            #expect(encoder.hasProjection)
            let found = embeddings(encoder, expected.pixels, count: expected.count)
            #expect(relativeError(found, expected.embeddings) < 1e-5)
        }
    }

    @Test(arguments: ["quick-gelu-f32", "heads-of-twelve", "default"])
    func anImageHasTheSameBitsInAnyBatchOnAnyThreads(_ name: String) throws {
        let expected = try ExpectedEmbeddings(name)
        let size = expected.side * expected.side * 3
        let alone = try VisionEncoder(folder: Goldens.model(name), workers: Workers(count: 1))
        let single = (0..<expected.count).map {
            embeddings(alone, Array(expected.pixels[$0 * size..<($0 + 1) * size]), count: 1)
        }
        for workers in 1...3 {
            let encoder = try VisionEncoder(folder: Goldens.model(name), workers: Workers(count: workers))
            // Growing and shrinking, so that stale scratch would show.
            for count in [2, 7, 1, 9, 3, 5, 8, 4, 6] {
                let order = (0..<count).map { (5 * $0 + count) % expected.count }
                let pixels = order.flatMap { expected.pixels[$0 * size..<($0 + 1) * size] }
                let found = embeddings(encoder, pixels, count: count)
                let wanted = order.flatMap { single[$0] }
                #expect(found.map(\.bitPattern) == wanted.map(\.bitPattern))
            }
        }
    }

    @Test func anEmptyBatchIsNoWork() throws {
        let encoder = try VisionEncoder(
            folder: Goldens.path("quick-gelu-f32"), workers: Workers(count: 1))
        #expect(embeddings(encoder, [], count: 0).isEmpty)
    }

    private func embeddings(_ encoder: VisionEncoder, _ pixels: [UInt8], count: Int) -> [Float] {
        var result = [Float](repeating: .nan, count: count * encoder.embeddingWidth)
        pixels.withUnsafeBufferPointer { pixels in
            result.withUnsafeMutableBufferPointer { result in
                guard let from = pixels.baseAddress, let to = result.baseAddress else { return }
                encoder.encode(from, count: count, into: to)
            }
        }
        return result
    }
}
