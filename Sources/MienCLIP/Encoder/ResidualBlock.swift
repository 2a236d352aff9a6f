import MienTensor

/// x + attention(norm1(x)), then x + feedForward(norm2(x)).
final class ResidualBlock {
    private let norm1: LayerNorm
    private let attention: SelfAttention
    private let norm2: LayerNorm
    private let feedForward: FeedForward

    init(_ checkpoint: borrowing VisionCheckpoint, index: Int) throws(CLIPError) {
        norm1 = try checkpoint.layerNorm(checkpoint.names.norm1(index))
        attention = try SelfAttention(checkpoint, block: index)
        norm2 = try checkpoint.layerNorm(checkpoint.names.norm2(index))
        feedForward = try FeedForward(checkpoint, block: index)
    }

    /// Advances the residual stream `x`, (images * tokens, width), in place.
    ///
    /// - Parameter step: Only every `step`-th row is wanted, from the first; the others are left unfinished.
    ///   The last block gets the number of tokens, since only the class token is read after it.
    func callAsFunction(
        _ x: MutableMatrix, step: Int = 1, scratch: borrowing Activations, on device: Device
    ) {
        let normed = scratch.narrow(rows: x.rows, columns: x.columns)
        norm1(x.readOnly, into: normed, on: device)
        let wanted = x.every(step)
        attention(normed.readOnly, step: step, addingTo: wanted, scratch: scratch, on: device)

        let wantedNormed = scratch.narrow(rows: wanted.rows, columns: x.columns)
        norm2(wanted.readOnly, into: wantedNormed, on: device)
        feedForward(wantedNormed.readOnly, addingTo: wanted, scratch: scratch, on: device)
    }
}

extension MutableMatrix {
    /// Every `step`-th row, from the first.
    func every(_ step: Int) -> MutableMatrix {
        MutableMatrix(baseAddress, rows: (rows + step - 1) / step, columns: columns, stride: step * stride)
    }
}
