import MienTensor

/// What a residual block is made of, as a checkpoint has it, in single precision.
struct BlockWeights: ~Copyable {
    let norm1: LayerNorm
    let attentionInput: LinearWeights
    let attentionOutput: LinearWeights
    let norm2: LayerNorm
    let feedForwardInput: LinearWeights
    let feedForwardOutput: LinearWeights

    init(_ checkpoint: borrowing VisionCheckpoint, index: Int) throws(CLIPError) {
        let (configuration, names) = (checkpoint.configuration, checkpoint.names)
        let norm1 = try checkpoint.layerNorm(names.norm1(index))
        let attentionInput = try checkpoint.attentionInput(block: index)
        let attentionOutput = try checkpoint.attentionOutput(block: index)
        let norm2 = try checkpoint.layerNorm(names.norm2(index))
        let feedForwardInput = try checkpoint.linear(
            names.feedForwardIn(index), outputs: configuration.feedForwardWidth, inputs: configuration.width)
        let feedForwardOutput = try checkpoint.linear(
            names.feedForwardOut(index), outputs: configuration.width, inputs: configuration.feedForwardWidth)
        // All before any: a value that cannot be copied must not be half made when an error leaves.
        self.norm1 = norm1
        self.attentionInput = attentionInput
        self.attentionOutput = attentionOutput
        self.norm2 = norm2
        self.feedForwardInput = feedForwardInput
        self.feedForwardOutput = feedForwardOutput
    }
}

extension ResidualBlock {
    convenience init(_ weights: borrowing BlockWeights, _ configuration: VisionConfiguration) {
        self.init(
            norm1: weights.norm1.copy(),
            attention: SelfAttention(
                input: Linear(weights.attentionInput), output: Linear(weights.attentionOutput),
                configuration),
            norm2: weights.norm2.copy(), feedForward: FeedForward(weights, configuration), configuration)
    }
}

extension ClassBlock {
    convenience init(_ weights: borrowing BlockWeights, _ configuration: VisionConfiguration) {
        self.init(
            norm1: weights.norm1.copy(),
            attention: ClassAttention(
                input: weights.attentionInput, output: Linear(weights.attentionOutput), configuration),
            norm2: weights.norm2.copy(), feedForward: FeedForward(weights, configuration), configuration)
    }
}

extension FeedForward {
    fileprivate init(_ weights: borrowing BlockWeights, _ configuration: VisionConfiguration) {
        self.init(
            expand: Linear(weights.feedForwardInput), contract: Linear(weights.feedForwardOutput),
            activation: configuration.activation)
    }
}
