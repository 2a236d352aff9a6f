import CKernels
import MienHeads
import MienTensor

/// The trained state of a head: its parameters, and the running statistics of its batch norms.
package final class HeadWeights: @unchecked Sendable {
    package let shape: HeadShape
    package let layout: ParameterLayout
    package let parameters: FloatBuffer
    /// For each layer, at ``statisticsOffset(of:)``: mean, then variance.
    package let statistics: FloatBuffer

    /// Creates weights of zeros.
    package init(shape: HeadShape) {
        self.shape = shape
        layout = ParameterLayout(shape)
        parameters = FloatBuffer(count: layout.count)
        statistics = FloatBuffer(count: 2 * shape.hidden.reduce(0) { $0 + Self.padded($1) })
    }

    /// Creates initial weights: Linear weights by kaiming_uniform (fan in, ReLU), their biases uniform within
    /// 1 / sqrt(fan in), batch norms the identity.
    package convenience init(shape: HeadShape, seed: UInt64) {
        self.init(shape: shape)
        func fill(_ tensor: String, _ bound: Float) {
            guard let index = layout.tensors.firstIndex(where: { $0.name == tensor }) else { return }
            let range = layout.tensors[index].range
            RandomWords(seed: seed, purpose: .weights, index: index).uniform(
                -bound, bound, into: parameters.baseAddress + range.lowerBound, count: range.count)
        }
        func fill(linear name: String, inputs: Int) {
            fill("\(name).weight", (6 / Float(inputs)).squareRoot())
            fill("\(name).bias", (1 / Float(inputs)).squareRoot())
        }
        for layer in shape.hidden.indices {
            fill(linear: "layers.\(layer).linear", inputs: shape.inputs(of: layer))
            for column in 0..<shape.hidden[layer] {
                parameters.baseAddress[layout.layers[layer].normWeight + column] = 1
                runningVariance(of: layer)[column] = 1
            }
        }
        fill(linear: "output", inputs: shape.inputs(of: shape.hidden.count))
    }

    /// Creates a copy.
    package convenience init(copying other: HeadWeights) {
        self.init(shape: other.shape)
        copy(from: other)
    }

    package func copy(from other: HeadWeights) {
        precondition(other.shape == shape, "weights of \(other.shape) are not those of \(shape)")
        parameters.baseAddress.update(from: other.parameters.baseAddress, count: parameters.count)
        statistics.baseAddress.update(from: other.statistics.baseAddress, count: statistics.count)
    }

    package func runningMean(of layer: Int) -> UnsafeMutablePointer<Float> {
        statistics.baseAddress + statisticsOffset(of: layer)
    }

    package func runningVariance(of layer: Int) -> UnsafeMutablePointer<Float> {
        runningMean(of: layer) + Self.padded(shape.hidden[layer])
    }

    private func statisticsOffset(of layer: Int) -> Int {
        2 * shape.hidden[..<layer].reduce(0) { $0 + Self.padded($1) }
    }

    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
