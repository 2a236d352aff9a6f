import MienTensor

/// A Linear with the batch norm behind it folded in: with s = weight_n / sqrt(variance + epsilon),
///
///     norm(W x + b) = (s W) x + (s (b - mean) + bias_n)
///
/// Folded in double precision, so that it rounds once.
final class FoldedLinear: Sendable {
    let inputs: Int
    let outputs: Int
    private let weight: PackedMatrix
    private let bias: FloatBuffer

    init(_ linear: LinearParameters, norm: NormParameters?) {
        inputs = linear.inputs
        outputs = linear.outputs
        let folded = FloatBuffer(count: inputs * outputs)
        let bias = FloatBuffer(count: outputs)
        for output in 0..<outputs {
            var scale = 1.0
            var shift = Double(linear.bias.baseAddress[output])
            if let norm {
                let variance =
                    Double(norm.runningVariance.baseAddress[output]) + Double(NormParameters.epsilon)
                scale = Double(norm.weight.baseAddress[output]) / variance.squareRoot()
                shift -= Double(norm.runningMean.baseAddress[output])
                shift = shift * scale + Double(norm.bias.baseAddress[output])
            }
            bias.baseAddress[output] = Float(shift)
            for index in output * inputs..<(output + 1) * inputs {
                folded.baseAddress[index] = Float(Double(linear.weight.baseAddress[index]) * scale)
            }
        }
        weight = PackedMatrix(weights: folded, outputs: outputs, inputs: inputs)
        self.bias = bias
    }

    /// out = W x + b for each row x, then max(out, 0) if `rectified`.
    func apply(_ x: Matrix, to out: MutableMatrix, rectified: Bool, workspace: Workspace, workers: Workers) {
        multiply(
            x, weight, bias: bias.baseAddress, activation: rectified ? .relu : .none, into: out,
            workspace: workspace, workers: workers)
    }
}
