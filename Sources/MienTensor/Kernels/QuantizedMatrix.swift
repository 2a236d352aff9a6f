import CKernels

/// The weight of a linear layer in 8 bits, arranged once for the matrix product.
///
/// The layout is that of `gemm_s8.h`.
package struct QuantizedMatrix: ~Copyable, @unchecked Sendable {
    /// The number of outputs, N.
    package let outputs: Int
    /// The number of inputs, K.
    package let inputs: Int

    private let values: WeightMemory
    let scales: FloatBuffer
    /// The sum of each output's weights.
    let sums: UnsafeMutablePointer<Int32>
    /// What the columns of the input are multiplied with first.
    let inputFactors: FloatBuffer?

    /// Packs weights; nil if they break the rule of `gemm_s8.h` that keeps sums exact.
    ///
    /// - Parameter inputFactors: K factors for the columns of the input, or nil for none.
    package init?(_ weights: QuantizedWeights, inputFactors: [Float]? = nil) {
        precondition(
            weights.inputs <= MIEN_S8_MOST_INPUTS, "sums of \(weights.inputs) products exceed 32 bits")
        precondition(inputFactors.map { $0.count == weights.inputs } ?? true, "a factor for each input")
        let (outputs, inputs) = (weights.outputs, weights.inputs)
        let values = WeightMemory(byteCount: mien_s8_packed_count(outputs, inputs))
        let sums = UnsafeMutablePointer<Int32>.allocate(capacity: outputs)
        let obeys = weights.values.withUnsafeBufferPointer {
            mien_s8_pack_weights(
                $0.baseAddress, 0, outputs, inputs, values.bytes.assumingMemoryBound(to: Int8.self), sums)
        }
        self.outputs = outputs
        self.inputs = inputs
        self.values = values
        self.sums = sums
        self.scales = FloatBuffer(weights.scales)
        self.inputFactors = inputFactors.map { FloatBuffer($0) }
        guard obeys else { return nil }
    }

    var panels: UnsafeMutablePointer<Int8> { values.bytes.assumingMemoryBound(to: Int8.self) }

    deinit {
        sums.deallocate()
    }
}

/// output = activation(input weights^T + bias) + residual, with the input quantised row by row.
///
/// A row of the output depends on the same row of the input (and residual) alone, to the bit, and is the same
/// on every processor (with an activation other than ReLU, on every one with FMA).
///
/// - Parameters:
///   - input: m x K.
///   - weights: (N, K).
///   - bias: N elements, or `nil` for zeros.
///   - residual: m x N, or `nil` for zeros; may be the output itself.
///   - output: m x N; must not overlap the input.
///   - workspace: Scratch; allocates only when a call is larger than all before it.
package func multiply(
    _ input: Matrix, _ weights: borrowing QuantizedMatrix, bias: UnsafePointer<Float>? = nil,
    activation: Activation = .none, residual: Matrix? = nil,
    into output: MutableMatrix, workspace: Workspace, workers: Workers,
    instructionSet: InstructionSet = .default
) {
    checkProduct(
        input, outputs: weights.outputs, inputs: weights.inputs, residual: residual, output: output)
    guard input.rows > 0 else { return }
    var product = mien_gemm(
        MIEN_GEMM_S8, input, outputs: weights.outputs, bias: bias, activation: activation, residual: residual,
        into: output, instructionSet: instructionSet)
    product.weights = UnsafeRawPointer(weights.panels)
    product.scales = UnsafePointer(weights.scales.baseAddress)
    product.sums = UnsafePointer(weights.sums)
    switch weights.inputFactors {
    case .some(let factors): product.a_factors = UnsafePointer(factors.baseAddress)
    case nil: break
    }
    product.run(workspace: workspace, workers: workers)
}
