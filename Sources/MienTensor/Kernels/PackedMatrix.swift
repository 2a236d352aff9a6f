import CKernels

/// The weight of a linear layer, arranged once for the matrix product.
///
/// The layout is that of `gemm.h`: panels of 16 outputs, each [inputs][16] and padded with zeros. Nothing
/// but ``multiply(_:_:bias:activation:residual:imageRows:into:workspace:workers:instructionSet:)`` reads it.
package struct PackedMatrix: ~Copyable, @unchecked Sendable {
    /// The number of outputs, N.
    package let outputs: Int
    /// The number of inputs, K.
    package let inputs: Int

    private let memory: WeightMemory

    var panels: UnsafeMutablePointer<Float> { memory.bytes.assumingMemoryBound(to: Float.self) }

    /// Packs row-major weights of shape (outputs, inputs).
    package init(
        weights: borrowing FloatBuffer, outputs: Int, inputs: Int, workers: Workers = Workers(count: 1)
    ) {
        precondition(
            weights.count == outputs * inputs,
            "\(weights.count) elements are not \(outputs) outputs of \(inputs) inputs")
        self.init(weights: weights.matrix(rows: outputs, columns: inputs).readOnly, workers: workers)
    }

    /// Packs row-major weights of shape (outputs, inputs).
    package init(weights: Matrix, workers: Workers = Workers(count: 1)) {
        self.init(outputs: weights.rows, inputs: weights.columns)
        let (outputs, inputs, packed) = (outputs, inputs, panels)
        let outputsPerPiece = 256
        workers.run((outputs + outputsPerPiece - 1) / outputsPerPiece) { piece in
            let first = piece * outputsPerPiece
            mien_f32_pack_weights(
                weights.baseAddress, weights.stride, first, min(first + outputsPerPiece, outputs), inputs,
                packed)
        }
    }

    private init(outputs: Int, inputs: Int) {
        precondition(outputs > 0 && inputs > 0, "a weight of \(outputs) x \(inputs) elements is empty")
        self.outputs = outputs
        self.inputs = inputs
        memory = WeightMemory(
            byteCount: mien_f32_packed_count(outputs, inputs) * MemoryLayout<Float>.stride)
    }
}
