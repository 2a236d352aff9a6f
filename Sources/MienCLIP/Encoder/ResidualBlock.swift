import MienTensor

/// x + attention(norm1(x)), then x + feedForward(norm2(x)).
final class ResidualBlock {
    /// The layers of a block that multiply with a weight, by what goes into them.
    enum Stage: Int, CaseIterable {
        case attention, attentionOutput, feedForward, feedForwardOutput
    }

    /// What watches the inputs of a block's products, for calibration.
    typealias Observer = (Stage, Matrix) -> Void

    private let norm1: LayerNorm
    private let attention: SelfAttention
    private let norm2: LayerNorm
    private let feedForward: FeedForward
    private let tokenCount: Int

    init(
        norm1: consuming LayerNorm, attention: consuming SelfAttention, norm2: consuming LayerNorm,
        feedForward: consuming FeedForward, _ configuration: VisionConfiguration
    ) {
        self.norm1 = norm1
        self.attention = attention
        self.norm2 = norm2
        self.feedForward = feedForward
        tokenCount = configuration.tokenCount
    }

    /// Advances the residual stream `x`, (images * tokens, width), in place.
    ///
    /// - Parameter observe: Is shown the input of each product.
    func callAsFunction(
        _ x: MutableMatrix, scratch: borrowing Activations, on device: Device, observe: Observer? = nil
    ) {
        let normed = scratch.narrow(rows: x.rows, columns: x.columns)
        norm1(x.readOnly, into: normed, on: device)
        observe?(.attention, normed.readOnly)
        attention(normed.readOnly, addingTo: x, scratch: scratch, on: device, observe: observe)
        norm2(x.readOnly, into: normed, on: device)
        observe?(.feedForward, normed.readOnly)
        feedForward(
            normed.readOnly, tokens: tokenCount, addingTo: x, scratch: scratch, on: device, observe: observe)
    }
}
