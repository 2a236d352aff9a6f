import MienTensor

/// y = x W^T + b, with W packed for the matrix product.
struct Linear: ~Copyable {
    let weights: PackedMatrix
    let bias: FloatBuffer

    var outputs: Int { weights.outputs }
    var inputs: Int { weights.inputs }

    /// - Parameters:
    ///   - weights: (outputs, inputs), row-major.
    ///   - bias: (outputs).
    init(weights: borrowing FloatBuffer, bias: consuming FloatBuffer, inputs: Int) {
        self.weights = PackedMatrix(weights: weights, outputs: bias.count, inputs: inputs)
        self.bias = bias
    }

    /// y = activation(x W^T + b) + residual; the residual may be y.
    func callAsFunction(
        _ x: Matrix, activation: Activation = .none, residual: Matrix? = nil, into y: MutableMatrix,
        on device: Device
    ) {
        multiply(
            x, weights, bias: bias.baseAddress, activation: activation, residual: residual, into: y,
            workspace: device.workspace, workers: device.workers)
    }
}
