import COpenBLAS
import MienTensor

/// A Linear with the batch norm behind it folded in: with s = weight_n / sqrt(variance + epsilon),
///
///     norm(W x + b) = (s W) x + (s (b - mean) + bias_n)
///
/// Folded in double precision, so that it rounds once.
final class FoldedLinear: Sendable {
    let inputs: Int
    let outputs: Int
    private let weight: FloatBuffer
    private let bias: FloatBuffer

    init(_ linear: LinearParameters, norm: NormParameters?) {
        inputs = linear.inputs
        outputs = linear.outputs
        let weight = FloatBuffer(count: inputs * outputs)
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
            for input in output * inputs..<(output + 1) * inputs {
                weight.baseAddress[input] = Float(Double(linear.weight.baseAddress[input]) * scale)
            }
        }
        self.weight = weight
        self.bias = bias
        _ = singleThreadedBLAS
    }

    /// out = W x + b, then max(out, 0) if `rectified`. Both pointers aligned as ``FloatBuffer`` aligns.
    ///
    /// One row at a time: whatever the batch, a row goes through the same instructions, so it gives the same
    /// bits. A face costs 1.8 million products at most, a hundred-thousandth of what its embedding did.
    func apply(_ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<Float>, rectified: Bool) {
        out.update(from: bias.baseAddress, count: outputs)
        cblas_sgemv(
            CblasRowMajor, CblasNoTrans, blasint(outputs), blasint(inputs), 1, weight.baseAddress,
            blasint(inputs), x, 1, 1, out, 1)
        guard rectified else { return }
        for index in 0..<outputs where out[index] < 0 { out[index] = 0 }
    }
}

/// Two layers of threads on one set of cores are slower than either, so BLAS runs on its caller's thread.
private let singleThreadedBLAS: Void = openblas_set_num_threads(1)
