import MienTensor

/// Multi-head self-attention: output(concat over heads of softmax(Q K^T / sqrt(d)) V), with Q, K and V from
/// one product.
struct SelfAttention: ~Copyable {
    private let input: Linear
    private let output: Linear
    private let headCount: Int
    let tokenCount: Int

    init(input: consuming Linear, output: consuming Linear, _ configuration: VisionConfiguration) {
        self.input = input
        self.output = output
        headCount = configuration.headCount
        tokenCount = configuration.tokenCount
    }

    /// Adds the attention among the rows of `x`, image by image, to `residual`.
    ///
    /// - Parameters:
    ///   - x: (images * tokens, width)
    ///   - step: Of the result, only every `step`-th row is wanted, from the first.
    ///   - residual: (images * tokens / step, width)
    ///   - scratch: The projections go to its wide part, the heads' results where `x` may be.
    func callAsFunction(
        _ x: Matrix, step: Int, addingTo residual: MutableMatrix, scratch: borrowing Activations,
        on device: Device, observe: ResidualBlock.Observer?
    ) {
        let projections = scratch.wide(rows: x.rows, columns: input.outputs)
        let heads = scratch.narrow(rows: x.rows, columns: output.inputs)
        let width = output.inputs
        // Queries are needed of the wanted rows only, where their columns are whole panels.
        let isClassOnly = step == tokenCount && width % 16 == 0
        if isClassOnly {
            let (queries, others) = (0..<width, width..<input.outputs)
            input(
                x.every(step), outputs: queries, into: projections.every(step)[columns: queries], on: device)
            input(x, tokens: tokenCount, outputs: others, into: projections[columns: others], on: device)
        } else {
            input(x, tokens: tokenCount, into: projections, on: device)
        }
        attention(
            projections.readOnly, tokens: tokenCount, queries: isClassOnly ? 1 : nil, heads: headCount,
            into: heads, workspace: device.workspace, workers: device.workers)
        observe?(.attentionOutput, heads.readOnly)
        output(
            heads.every(step).readOnly, tokens: tokenCount / step, residual: residual.readOnly,
            into: residual,
            on: device)
    }
}
