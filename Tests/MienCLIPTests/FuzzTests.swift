import Foundation
import MienCLIP
import MienTensor
import TestSupport
import Testing

@Suite struct FuzzTests {
    /// Damaged configuration files load or give an error; nothing else happens.
    @Test(arguments: [
        ("quick-gelu-f32", "config.json"), ("quick-gelu-f32", "preprocessor_config.json"),
        ("full-sharded", "config.json"), ("full-sharded", "processor_config.json"),
        ("full-sharded", "model.safetensors.index.json"),
    ])
    func damagedFilesGiveErrors(_ name: String, _ file: String) throws {
        let model = try TemporaryModel(copyOf: name)
        let original = try Data(contentsOf: URL(filePath: model.path(file)))
        var random = Random(seed: UInt64(name.utf8.count + file.utf8.count))
        var loaded = 0
        for _ in 0..<150 {
            var bytes = original
            for _ in 0...Int(random.next() % 3) {
                let position = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[position] = Array("0129-.\"{}[],:e".utf8)[Int(random.next() % 14)]
                case 2: bytes.remove(at: position)
                default: bytes = bytes.prefix(max(1, position))
                }
            }
            try bytes.write(to: URL(filePath: model.path(file)))
            do throws(CLIPError) {
                let encoder = try VisionEncoder(folder: model.folder, workers: Workers(count: 1))
                encode(encoder)
                loaded += 1
            } catch {
                #expect(error.description.contains(model.folder))
            }
        }
        #expect(loaded < 150)
    }

    private func encode(_ encoder: VisionEncoder) {
        let preprocess = ImagePreprocessor(encoder.preprocessing)
        var pixels = [UInt8](repeating: 0, count: preprocess.side * preprocess.side * 3)
        var embedding = [Float](repeating: 0, count: encoder.embeddingWidth)
        pixels.withUnsafeMutableBufferPointer { pixels in
            embedding.withUnsafeMutableBufferPointer { embedding in
                guard let from = pixels.baseAddress, let to = embedding.baseAddress else { return }
                preprocess(.pattern(width: 31, height: 23), into: from)
                encoder.encode(from, count: 1, into: to)
            }
        }
    }
}
