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

    init(
        norm1: consuming LayerNorm, attention: consuming SelfAttention, norm2: consuming LayerNorm,
        feedForward: consuming FeedForward
    ) {
        self.norm1 = norm1
        self.attention = attention
        self.norm2 = norm2
        self.feedForward = feedForward
    }

    /// Advances the residual stream `x`, (images * tokens, width), in place.
    ///
    /// - Parameters:
    ///   - step: Only every `step`-th row is wanted, from the first; the others are left unfinished. The last
    ///     block gets the number of tokens, since only the class token is read after it.
    ///   - observe: Is shown the input of each product.
    func callAsFunction(
        _ x: MutableMatrix, step: Int = 1, scratch: borrowing Activations, on device: Device,
        observe: Observer? = nil
    ) {
        let normed = scratch.narrow(rows: x.rows, columns: x.columns)
        norm1(x.readOnly, into: normed, on: device)
        observe?(.attention, normed.readOnly)
        let wanted = x.every(step)
        attention(
            normed.readOnly, step: step, addingTo: wanted, scratch: scratch, on: device, observe: observe)

        let wantedNormed = scratch.narrow(rows: wanted.rows, columns: x.columns)
        norm2(wanted.readOnly, into: wantedNormed, on: device)
        observe?(.feedForward, wantedNormed.readOnly)
        feedForward(
            wantedNormed.readOnly, tokens: attention.tokenCount / step, addingTo: wanted, scratch: scratch,
            on: device, observe: observe)
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
