import MienTensor

/// contract(activation(expand(x))), row by row.
struct FeedForward: ~Copyable {
    private let expand: Linear
    private let contract: Linear
    private let activation: Activation

    init(_ checkpoint: borrowing VisionCheckpoint, block: Int) throws(CLIPError) {
        let (configuration, names) = (checkpoint.configuration, checkpoint.names)
        let expand = try checkpoint.linear(
            names.feedForwardIn(block), outputs: configuration.feedForwardWidth, inputs: configuration.width)
        let contract = try checkpoint.linear(
            names.feedForwardOut(block), outputs: configuration.width, inputs: configuration.feedForwardWidth)
        self.expand = expand
        self.contract = contract
        activation = configuration.activation
    }

    /// Adds the result for `x` to `residual`, both (rows, width).
    func callAsFunction(
        _ x: Matrix, addingTo residual: MutableMatrix, scratch: borrowing Activations, on device: Device
    ) {
        let hidden = scratch.wide(rows: x.rows, columns: expand.outputs)
        expand(x, activation: activation, into: hidden, on: device)
        contract(hidden.readOnly, residual: residual.readOnly, into: residual, on: device)
    }
}
