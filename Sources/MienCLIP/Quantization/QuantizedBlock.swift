import MienTensor

/// A residual block with its weights in 8 bits: the same function as before, but for rounding.
struct QuantizedBlock: ~Copyable {
    let norm1: LayerNorm
    let attentionInput: QuantizedLinear
    let attentionOutput: QuantizedLinear
    let norm2: LayerNorm
    let feedForwardInput: QuantizedLinear
    let feedForwardOutput: QuantizedLinear

    /// Quantises a block.
    ///
    /// The factors that even out its channels go into the layer before: those of the first product of each
    /// half into the norm, those of the attention's output into the rows of the values. Before the last
    /// product is the activation, which they cannot pass, so its inputs are multiplied as they are quantised.
    init(_ block: borrowing BlockWeights, ranges: ChannelRanges, workers: Workers) {
        let attention = ranges.factors(.attention, weights: block.attentionInput.matrix)
        let output = ranges.factors(.attentionOutput, weights: block.attentionOutput.matrix)
        let hidden = ranges.factors(.feedForward, weights: block.feedForwardInput.matrix)
        let last = ranges.factors(.feedForwardOutput, weights: block.feedForwardOutput.matrix)

        norm1 = block.norm1.copy(times: attention.map { 1 / $0 })
        norm2 = block.norm2.copy(times: hidden.map { 1 / $0 })
        var input = QuantizedLinear(block.attentionInput, factors: attention, workers: workers)
        let values = 2 * output.count
        for (channel, factor) in output.enumerated() {
            input.weights.scales[values + channel] /= factor
            input.bias[values + channel] /= factor
        }
        attentionInput = input
        attentionOutput = QuantizedLinear(block.attentionOutput, factors: output, workers: workers)
        feedForwardInput = QuantizedLinear(block.feedForwardInput, factors: hidden, workers: workers)
        var contract = QuantizedLinear(block.feedForwardOutput, factors: last, workers: workers)
        contract.inputFactors = last.map { 1 / $0 }
        feedForwardOutput = contract
    }

    /// Reads a block that is stored in 8 bits.
    init(_ checkpoint: borrowing VisionCheckpoint, index: Int) throws(CLIPError) {
        let (configuration, names) = (checkpoint.configuration, checkpoint.names)
        let (width, hidden) = (configuration.width, configuration.feedForwardWidth)
        let norm1 = try checkpoint.layerNorm(names.norm1(index))
        var inputs: [QuantizedLinear] = []
        for input in AttentionInput.allCases {
            let name = names.attentionInput(input, index).names
            inputs.append(try checkpoint.quantizedLinear(name, outputs: width, inputs: width))
        }
        let output = try checkpoint.quantizedLinear(
            names.attentionOutput(index), outputs: width, inputs: width)
        let norm2 = try checkpoint.layerNorm(names.norm2(index))
        let expand = try checkpoint.quantizedLinear(
            names.feedForwardIn(index), outputs: hidden, inputs: width)
        let contract = try checkpoint.quantizedLinear(
            names.feedForwardOut(index), outputs: width, inputs: hidden)
        self.norm1 = norm1
        attentionInput = QuantizedLinear(
            weights: QuantizedWeights(stacking: inputs.map(\.weights)), bias: inputs.flatMap(\.bias))
        attentionOutput = output
        self.norm2 = norm2
        feedForwardInput = expand
        feedForwardOutput = contract
    }
}

extension QuantizedLinear {
    init(_ linear: borrowing LinearWeights, factors: [Float], workers: Workers) {
        weights = QuantizedWeights(linear.matrix, factors: factors, workers: workers)
        bias = linear.bias.elements
    }
}

extension ResidualBlock {
    /// Nil if the weights break the rule that keeps their sums exact.
    convenience init?(_ block: borrowing QuantizedBlock, _ configuration: VisionConfiguration) {
        guard let input = Linear(block.attentionInput), let output = Linear(block.attentionOutput),
            let feedForward = FeedForward(block, configuration)
        else { return nil }
        self.init(
            norm1: block.norm1.copy(), attention: SelfAttention(input: input, output: output, configuration),
            norm2: block.norm2.copy(), feedForward: feedForward, configuration)
    }
}

extension ClassBlock {
    /// Nil if the weights break the rule that keeps their sums exact.
    ///
    /// What it multiplies with few rows, attention's input, it does in single precision: quantising those rows would
    /// cost more than the products do.
    convenience init?(_ block: borrowing QuantizedBlock, _ configuration: VisionConfiguration) {
        guard let output = Linear(block.attentionOutput), let feedForward = FeedForward(block, configuration)
        else { return nil }
        let input = LinearWeights(block.attentionInput)
        self.init(
            norm1: block.norm1.copy(),
            attention: ClassAttention(input: input, output: output, configuration),
            norm2: block.norm2.copy(), feedForward: feedForward, configuration)
    }
}

extension FeedForward {
    fileprivate init?(_ block: borrowing QuantizedBlock, _ configuration: VisionConfiguration) {
        guard let expand = Linear(block.feedForwardInput), let contract = Linear(block.feedForwardOutput)
        else { return nil }
        self.init(expand: expand, contract: contract, activation: configuration.activation)
    }
}
