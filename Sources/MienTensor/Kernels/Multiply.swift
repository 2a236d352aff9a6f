import CKernels

/// A function that is applied to each element.
package enum Activation: Sendable {
    case none
    /// max(x, 0)
    case relu
    /// x sigmoid(1.702 x)
    case quickGELU
    /// x Phi(x), with the normal distribution function: the exact GELU.
    case gelu

    var kernel: mien_activation {
        switch self {
        case .none: MIEN_ACTIVATION_NONE
        case .relu: MIEN_ACTIVATION_RELU
        case .quickGELU: MIEN_ACTIVATION_QUICK_GELU
        case .gelu: MIEN_ACTIVATION_GELU
        }
    }
}

/// output = activation(input weights^T + bias) + residual
///
/// Each row of the output depends on the same row of the input (and residual) alone, to the bit: not on the
/// number of rows, on its place among them or on the workers.
///
/// Where rows belong to images, those of an image may depend on each other: a larger image takes an eighth fewer
/// products by Strassen's algorithm. Its errors are those of single precision, some twice as large.
///
/// - Parameters:
///   - input: m x K.
///   - weights: (N, K).
///   - bias: N elements, or `nil` for zeros.
///   - residual: m x N, or `nil` for zeros; may be the output itself.
///   - output: m x N; must not overlap the input.
///   - imageRows: How many rows are an image; nil if each row is on its own.
///   - workspace: Scratch; allocates only when a call is larger than all before it.
package func multiply(
    _ input: Matrix, _ weights: borrowing PackedMatrix, bias: UnsafePointer<Float>? = nil,
    activation: Activation = .none, residual: Matrix? = nil,
    imageRows: Int? = nil, into output: MutableMatrix, workspace: Workspace, workers: Workers,
    instructionSet: InstructionSet = .default
) {
    checkProduct(
        input, outputs: weights.outputs, inputs: weights.inputs, residual: residual, output: output)
    guard input.rows > 0 else { return }
    if let imageRows {
        precondition(
            imageRows > 0 && input.rows % imageRows == 0, "\(input.rows) rows are not images of \(imageRows)")
    }
    var product = mien_gemm(
        MIEN_GEMM_F32, input, outputs: weights.outputs, bias: bias, activation: activation,
        residual: residual,
        into: output, instructionSet: instructionSet)
    product.weights = UnsafeRawPointer(weights.panels)
    product.image_rows = imageRows ?? 0
    product.run(workspace: workspace, workers: workers)
}

extension mien_gemm {
    /// A product whose weights are to be set.
    init(
        _ type: mien_gemm_type, _ input: Matrix, outputs: Int, bias: UnsafePointer<Float>?,
        activation: Activation,
        residual: Matrix?, into output: MutableMatrix, instructionSet: InstructionSet
    ) {
        self.init()
        isa = instructionSet.kernels
        self.type = type
        a = input.baseAddress
        a_stride = input.stride
        self.bias = bias
        self.residual = residual?.baseAddress
        residual_stride = residual?.stride ?? 0
        c = output.baseAddress
        c_stride = output.stride
        m = input.rows
        n = outputs
        k = input.columns
        self.activation = activation.kernel
    }

    mutating func run(workspace: Workspace, workers: Workers) {
        mien_gemm_plan(&self, workers.count)
        let element = MemoryLayout<Float>.stride
        scratch = UnsafeMutableRawPointer(workspace.reserve((scratch_bytes + element - 1) / element))
        mien_gemm_run(&self)
    }
}

/// Whether the matrices of a product with a weight of (outputs, inputs) fit each other.
func checkProduct(
    _ input: Matrix, outputs: Int, inputs: Int, residual: Matrix?, output: MutableMatrix
) {
    precondition(
        input.columns == inputs,
        "an input of \(input.columns) columns does not fit a weight of \(inputs) inputs")
    precondition(
        output.rows == input.rows && output.columns == outputs,
        "an output of \(output.rows) x \(output.columns) is not \(input.rows) x \(outputs)")
    if let residual {
        precondition(
            residual.rows == output.rows && residual.columns == output.columns,
            "a residual of \(residual.rows) x \(residual.columns) does not fit the output")
    }
}
