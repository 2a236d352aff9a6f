import MienTensor

/// What ``SelfAttention`` gives the class token, for a fraction of the products: keys and values of the other tokens
/// are never made.
struct ClassAttention: ~Copyable {
    private let query: Linear
    private let others: QueryAttentionWeights
    private let output: Linear
    private let tokenCount: Int

    /// - Parameter input: Q, K and V, one above the other: (3 * width of all heads, width).
    init(
        input: borrowing LinearWeights, output: consuming Linear, _ configuration: VisionConfiguration
    ) {
        let width = input.outputs / AttentionInput.allCases.count
        func rows(_ part: AttentionInput) -> Range<Int> {
            part.rawValue * width..<(part.rawValue + 1) * width
        }
        query = Linear(input, outputs: rows(.query))
        others = QueryAttentionWeights(
            keys: input.matrix[rows: rows(.key)], values: input.matrix[rows: rows(.value)],
            bias: input.bias.baseAddress + rows(.value).lowerBound, heads: configuration.headCount)
        self.output = output
        tokenCount = configuration.tokenCount
    }

    /// Adds the attention of each image's first row over all its rows to `residual`.
    ///
    /// - Parameters:
    ///   - x: (images * tokens, width)
    ///   - residual: (images, width)
    ///   - scratch: Its wide part is used.
    func callAsFunction(
        _ x: Matrix, addingTo residual: MutableMatrix, scratch: borrowing Activations, on device: Device
    ) {
        let images = residual.rows
        let wide = scratch.wide(rows: 2 * images, columns: query.outputs)
        let (queries, heads) = (wide[rows: 0..<images], wide[rows: images..<2 * images])
        query(x.every(tokenCount), into: queries, on: device)
        attention(
            queries.readOnly, over: x, count: tokenCount, weights: others, into: heads,
            workspace: device.workspace, workers: device.workers)
        output(heads.readOnly, residual: residual.readOnly, into: residual, on: device)
    }
}
