import Foundation
import MienSafetensors
import MienTensor

/// The parameters of one network, read from a resource of this module.
///
/// The stored channel counts are the original ones; the convolutions take them padded with zeros to
/// multiples of 8, so that their kernels see whole vectors only.
package struct NetworkWeights {
    private let file: SafetensorsFile

    /// Opens `name`.safetensors among the module's resources.
    package init(resource name: String) throws(FaceError) {
        let path = Bundle.module.bundlePath + "/Resources/" + name + ".safetensors"
        try self.init(path: path)
    }

    package init(path: String) throws(FaceError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .missingWeights(path: path)
        }
        do {
            file = try SafetensorsFile(path: path)
        } catch {
            throw .damagedWeights(path: path, reason: error.description)
        }
    }

    /// The weight and bias of the convolution called `name`, `shape` being the weight's.
    func parameters(
        _ name: String, shape: [Int], biases: Int
    ) throws(FaceError) -> (weight: [Float], bias: [Float]) {
        (try floats(name + ".weight", shape: shape), try floats(name + ".bias", shape: [biases]))
    }

    /// The elements of a tensor of this shape.
    func floats(_ name: String, shape: [Int]) throws(FaceError) -> [Float] {
        let buffer: FloatBuffer
        do {
            buffer = try file.floats(name, shape: shape)
        } catch {
            throw .damagedWeights(path: file.path, reason: error.description)
        }
        let span = buffer.span
        return span.indices.map { span[$0] }
    }
}

extension NetworkWeights {
    /// The error for contents that are not what they should be.
    func damaged(_ reason: String) -> FaceError { .damagedWeights(path: file.path, reason: reason) }

    /// The integers of a tensor.
    func integers(_ name: String) throws(FaceError) -> [Int] {
        do { return try file.integers(name).map { Int($0) } } catch {
            throw .damagedWeights(path: file.path, reason: error.description)
        }
    }
}

/// `channels` rounded up to whole vectors of 8.
func paddedChannels(_ channels: Int) -> Int {
    (channels + 7) / 8 * 8
}
