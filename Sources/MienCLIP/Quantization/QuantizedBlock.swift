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
    init(_ block: borrowing BlockWeights, statistics: ChannelStatistics, workers: Workers) {
        func quantized(
            _ linear: borrowing LinearWeights, factors: [Float], _ stage: ResidualBlock.Stage
        ) -> QuantizedLinear {
            QuantizedLinear(linear, factors: factors, means: statistics.means(stage), workers: workers)
        }
        let attention = statistics.factors(.attention, weights: block.attentionInput.matrix)
        let output = statistics.factors(.attentionOutput, weights: block.attentionOutput.matrix)
        let hidden = statistics.factors(.feedForward, weights: block.feedForwardInput.matrix)
        let last = statistics.factors(.feedForwardOutput, weights: block.feedForwardOutput.matrix)

        norm1 = block.norm1.copy(times: attention.map { 1 / $0 })
        norm2 = block.norm2.copy(times: hidden.map { 1 / $0 })
        var input = quantized(block.attentionInput, factors: attention, .attention)
        let values = 2 * output.count
        for (channel, factor) in output.enumerated() {
            input.weights.scales[values + channel] /= factor
            input.bias[values + channel] /= factor
        }
        attentionInput = input
        attentionOutput = quantized(block.attentionOutput, factors: output, .attentionOutput)
        feedForwardInput = quantized(block.feedForwardInput, factors: hidden, .feedForward)
        var contract = quantized(block.feedForwardOutput, factors: last, .feedForwardOutput)
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
    /// Quantises a layer, each of whose inputs is multiplied with its factor and what goes into it divided by that.
    ///
    /// - Parameter means: The inputs' means, if they are known: what rounding the weights makes of them is taken from
    ///   the bias, so that the outputs keep their means. (Nagel et al., Data-Free Quantization Through Weight
    ///   Equalization and Bias Correction, 2019.)
    init(_ linear: borrowing LinearWeights, factors: [Float], means: [Float]? = nil, workers: Workers) {
        let quantized = QuantizedWeights(linear.matrix, factors: factors, workers: workers)
        weights = quantized
        bias = linear.bias.elements
        guard let means else { return }
        let (inputs, original) = (linear.inputs, linear.weights.baseAddress)
        let inverses = factors.map { 1 / $0 }
        bias.withUnsafeMutableBufferPointer { bias in
            let bias = bias.baseAddress!
            workers.run(quantized.outputs) { output in
                let (scale, first) = (quantized.scales[output], output * inputs)
                var error: Float = 0
                for i in 0..<inputs {
                    let weight = scale * Float(quantized.values[first + i]) * inverses[i]
                    error += (weight - original[first + i]) * means[i]
                }
                bias[output] -= error
            }
        }
    }
}

extension ResidualBlock {
    /// Nil if the weights break the rule that keeps their sums exact.
    convenience init?(_ block: borrowing QuantizedBlock, _ configuration: VisionConfiguration) {
        guard let input = Linear(block.attentionInput), let output = Linear(block.attentionOutput),
            let feedForward = FeedForward(block, configuration)
        else { return nil }
        self.init(
            norm1: block.norm1.copy(),
            attention: SelfAttention(input: input, output: output, configuration),
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
