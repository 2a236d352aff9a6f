import Foundation
import MienTensor

import MienTraining

/// A committed golden.
func golden(_ name: String) -> String {
    Bundle.module.resourceURL!.appendingPathComponent("Goldens/\(name)").path
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
