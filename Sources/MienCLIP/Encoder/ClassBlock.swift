import MienTensor

/// The last ``ResidualBlock``: since only the class token is read after it, it advances no other.
final class ClassBlock {
    private let norm1: LayerNorm
    private let attention: ClassAttention
    private let norm2: LayerNorm
    private let feedForward: FeedForward
    private let tokenCount: Int

    init(
        norm1: consuming LayerNorm, attention: consuming ClassAttention, norm2: consuming LayerNorm,
        feedForward: consuming FeedForward, _ configuration: VisionConfiguration
    ) {
        self.norm1 = norm1
        self.attention = attention
        self.norm2 = norm2
        self.feedForward = feedForward
        tokenCount = configuration.tokenCount
    }

    /// Advances the class tokens of the residual stream `x`, (images * tokens, width), in place; what it leaves in
    /// the other rows is unspecified.
    ///
    /// - Returns: The class tokens, (images, width), where they are in `x`.
    func callAsFunction(
        _ x: MutableMatrix, scratch: borrowing Activations, on device: Device
    ) -> MutableMatrix {
        let normed = scratch.narrow(rows: x.rows, columns: x.columns)
        norm1(x.readOnly, into: normed, on: device)
        let classTokens = x.every(tokenCount)
        attention(normed.readOnly, addingTo: classTokens, scratch: scratch, on: device)
        let classNormed = scratch.narrow(rows: classTokens.rows, columns: x.columns)
        norm2(classTokens.readOnly, into: classNormed, on: device)
        feedForward(classNormed.readOnly, tokens: nil, addingTo: classTokens, scratch: scratch, on: device)
        return classTokens
    }
}

extension Matrix {
    /// Every `step`-th row, from the first.
    func every(_ step: Int) -> Matrix {
        Matrix(baseAddress, rows: (rows + step - 1) / step, columns: columns, stride: step * stride)
    }
}

extension MutableMatrix {
    /// Every `step`-th row, from the first.
    func every(_ step: Int) -> MutableMatrix {
        MutableMatrix(baseAddress, rows: (rows + step - 1) / step, columns: columns, stride: step * stride)
    }
}
