import MienTensor

/// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias, for each row.
struct LayerNorm: ~Copyable {
    let weight: FloatBuffer
    let bias: FloatBuffer
    let epsilon: Float

    /// `y` may be `x`.
    func callAsFunction(_ x: Matrix, into y: MutableMatrix, on device: Device) {
        // Pieces of some ten thousand elements: below that, waking a thread costs more than it brings.
        let rows = max(1, 16_384 / x.columns)
        device.workers.run((x.rows + rows - 1) / rows) { piece in
            let range = piece * rows..<min((piece + 1) * rows, x.rows)
            layerNorm(
                x[rows: range], weight: weight.baseAddress, bias: bias.baseAddress, epsilon: epsilon,
                into: y[rows: range])
        }
    }

    /// The same, with each output multiplied by its factor.
    func copy(times factors: [Float]? = nil) -> LayerNorm {
        func scaled(_ values: borrowing FloatBuffer) -> FloatBuffer {
            let result = FloatBuffer(values.span)
            if let factors { for index in factors.indices { result.baseAddress[index] *= factors[index] } }
            return result
        }
        return LayerNorm(weight: scaled(weight), bias: scaled(bias), epsilon: epsilon)
    }
}
