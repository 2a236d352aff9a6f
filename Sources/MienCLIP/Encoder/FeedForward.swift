import MienTensor

/// contract(activation(expand(x))), row by row.
struct FeedForward: ~Copyable {
    private let expand: Linear
    private let contract: Linear
    private let activation: Activation

    init(expand: consuming Linear, contract: consuming Linear, activation: Activation) {
        self.expand = expand
        self.contract = contract
        self.activation = activation
    }

    /// Adds the result for `x` to `residual`, both (rows, width), with images of `tokens` rows; nil if each row is on
    /// its own.
    func callAsFunction(
        _ x: Matrix, tokens: Int?, addingTo residual: MutableMatrix, scratch: borrowing Activations,
        on device: Device, observe: ResidualBlock.Observer? = nil
    ) {
        let hidden = scratch.wide(rows: x.rows, columns: expand.outputs)
        expand(x, tokens: tokens, activation: activation, into: hidden, on: device)
        observe?(.feedForwardOutput, hidden.readOnly)
        contract(hidden.readOnly, tokens: tokens, residual: residual.readOnly, into: residual, on: device)
    }
}
