import MienTensor

/// y = x W^T + b, with W packed for the matrix product, in single precision or in 8 bits.
struct Linear: ~Copyable {
    private enum Weights: ~Copyable {
        case single(PackedMatrix)
        case int8(QuantizedMatrix)
    }

    private let weights: Weights
    private let bias: FloatBuffer
    let outputs: Int
    let inputs: Int

    /// Packs weights in single precision.
    ///
    /// - Parameter rows: Which of the outputs are wanted; nil for all.
    init(_ raw: borrowing LinearWeights, outputs rows: Range<Int>? = nil) {
        let rows = rows ?? 0..<raw.outputs
        weights = .single(PackedMatrix(weights: raw.matrix[rows: rows]))
        bias = FloatBuffer(raw.bias.span.extracting(rows))
        (outputs, inputs) = (rows.count, raw.inputs)
    }

    /// Packs weights in 8 bits; nil if they break the rule that keeps their sums exact.
    init?(_ quantized: QuantizedLinear) {
        guard let matrix = QuantizedMatrix(quantized.weights, inputFactors: quantized.inputFactors) else {
            return nil
        }
        weights = .int8(matrix)
        bias = FloatBuffer(quantized.bias)
        (outputs, inputs) = (quantized.weights.outputs, quantized.weights.inputs)
    }

    /// y = activation(x W^T + b) + residual; the residual may be y. Rows of x are images of `tokens` rows; nil if
    /// each is on its own.
    func callAsFunction(
        _ x: Matrix, tokens: Int? = nil, activation: Activation = .none, residual: Matrix? = nil,
        into y: MutableMatrix, on device: Device
    ) {
        switch weights {
        case .single(let weights):
            multiply(
                x, weights, bias: bias.baseAddress, activation: activation, residual: residual,
                imageRows: tokens, into: y, workspace: device.workspace, workers: device.workers)
        case .int8(let weights):
            multiply(
                x, weights, bias: bias.baseAddress, activation: activation, residual: residual, into: y,
                workspace: device.workspace, workers: device.workers)
        }
    }
}

/// The weights of a linear layer as a checkpoint has them, row by row in single precision.
struct LinearWeights: ~Copyable {
    /// (outputs, inputs)
    let weights: FloatBuffer
    /// (outputs)
    let bias: FloatBuffer
    let inputs: Int

    var outputs: Int { bias.count }
    var matrix: Matrix { weights.matrix(rows: outputs, columns: inputs).readOnly }
}

extension LinearWeights {
    /// What weights in 8 bits stand for.
    init(_ quantized: QuantizedLinear) {
        let (values, inputs) = (quantized.weights, quantized.weights.inputs)
        let weights = FloatBuffer(count: values.outputs * inputs)
        for output in 0..<values.outputs {
            for index in output * inputs..<(output + 1) * inputs {
                weights.baseAddress[index] = values.scales[output] * Float(values.values[index])
            }
        }
        if let factors = quantized.inputFactors {
            for index in 0..<weights.count { weights.baseAddress[index] *= factors[index % inputs] }
        }
        self.init(weights: weights, bias: FloatBuffer(quantized.bias), inputs: inputs)
    }
}

/// The weights of a linear layer in 8 bits.
struct QuantizedLinear: Sendable {
    var weights: QuantizedWeights
    var bias: [Float]
    /// What the inputs are multiplied with first; nil for nothing.
    var inputFactors: [Float]?
}
