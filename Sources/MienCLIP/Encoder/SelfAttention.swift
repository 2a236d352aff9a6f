import MienTensor

/// Multi-head self-attention: output(concat over heads of softmax(Q K^T / sqrt(d)) V), with Q, K and V from
/// one product.
struct SelfAttention: ~Copyable {
    private let input: Linear
    private let output: Linear
    private let headCount: Int
    private let tokenCount: Int

    init(
        input: consuming Linear, output: consuming Linear, _ configuration: VisionConfiguration
    ) {
        self.input = input
        self.output = output
        headCount = configuration.headCount
        tokenCount = configuration.tokenCount
    }

    /// Adds the attention among the rows of `x`, image by image, to `residual`.
    ///
    /// - Parameters:
    ///   - x: (images * tokens, width)
    ///   - residual: (images * tokens, width)
    ///   - scratch: The projections go to its wide part, the heads' results where `x` may be.
    func callAsFunction(
        _ x: Matrix, addingTo residual: MutableMatrix, scratch: borrowing Activations, on device: Device,
        observe: ResidualBlock.Observer?
    ) {
        let projections = scratch.wide(rows: x.rows, columns: input.outputs)
        let heads = scratch.narrow(rows: x.rows, columns: output.inputs)
        input(x, tokens: tokenCount, into: projections, on: device)
        attention(
            projections.readOnly, tokens: tokenCount, heads: headCount, into: heads,
            workspace: device.workspace, workers: device.workers)
        observe?(.attentionOutput, heads.readOnly)
        output(
            heads.readOnly, tokens: tokenCount, residual: residual.readOnly, into: residual, on: device)
    }
}
