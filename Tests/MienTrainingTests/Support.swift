import Foundation
import MienTensor

import MienTraining

/// A committed golden.
func golden(_ name: String) -> String {
    Bundle.module.resourceURL!.appendingPathComponent("Goldens/\(name)").path
}

/// A folder that goes away with this value.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("mien-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    @discardableResult
    func file(_ name: String, _ text: String) throws -> String {
        let path = path + "/" + name
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}

/// The elements of a buffer as an array.
func array(_ buffer: borrowing FloatBuffer) -> [Float] {
    (0..<buffer.count).map { buffer.baseAddress[$0] }
}

/// Reproducible numbers, roughly normal.
func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
    let words = RandomWords(seed: seed, purpose: .weights, index: 99).words(count: 4 * count)
    return (0..<count).map { index in
        (0..<4).reduce(Float(0)) { $0 + Float(words[4 * index + $1] >> 8) * 0x1p-24 - 0.5 } * 1.7
    }
}
