import MienSafetensors
import MienTensor

/// Writes a checkpoint with its blocks' weights in 8 bits.
///
/// The tensors have Hugging Face's names. A linear layer of a block has its `weight` in I8, a `weight_scale` for
/// each output (F32) and, where its inputs are to be multiplied first, `input_scale` (F32); everything else is
/// F32. Norms have taken up the factors of ``ChannelStatistics/factors(_:weights:)``.
package enum QuantizedCheckpoint {
    /// Quantises the checkpoint of a model folder, which must be in single precision.
    ///
    /// - Parameter path: Where the safetensors file goes.
    package static func write(
        folder: String, to path: String, workers: Workers
    ) throws(CLIPError) {
        let checkpoint = try VisionCheckpoint(folder: folder)
        guard checkpoint.precision == .single else {
            throw .unsupported(
                path: checkpoint.path, tensor: checkpoint.names.feedForwardIn(0).weight,
                reason: "stored in 8 bits already; expected weights in F32, F16 or BF16")
        }
        let device = Device(workers: workers)
        let embeddings = try Embeddings(checkpoint, precision: .int8, workers: workers)
        let preLayerNorm = try checkpoint.layerNorm(checkpoint.names.preLayerNorm)
        let quantizer = try Quantizer(
            checkpoint, embeddings: embeddings, preLayerNorm: preLayerNorm, device: device)
        let names = CheckpointNames.huggingFace
        var writer = SafetensorsWriter(metadata: [
            "format": "pt", "precision": EncoderPrecision.int8.rawValue,
        ])
        for index in 0..<checkpoint.configuration.layerCount {
            writer.add(try quantizer.next(), index: index, names)
        }
        try writer.addEnds(of: checkpoint, names)
        do { try writer.write(to: path) } catch { throw .tensor(error) }
    }
}

extension SafetensorsWriter {
    fileprivate mutating func add(_ block: borrowing QuantizedBlock, index: Int, _ names: CheckpointNames) {
        add(block.norm1, names.norm1(index))
        for input in AttentionInput.allCases {
            let width = block.attentionInput.weights.outputs / AttentionInput.allCases.count
            let rows = input.rawValue * width..<(input.rawValue + 1) * width
            let part = QuantizedLinear(
                weights: block.attentionInput.weights[rows], bias: Array(block.attentionInput.bias[rows]))
            add(part, names.attentionInput(input, index).names)
        }
        add(block.attentionOutput, names.attentionOutput(index))
        add(block.norm2, names.norm2(index))
        add(block.feedForwardInput, names.feedForwardIn(index))
        add(block.feedForwardOutput, names.feedForwardOut(index))
    }

    private mutating func add(_ linear: QuantizedLinear, _ names: CheckpointNames.Pair) {
        let weights = linear.weights
        add(name: names.weight, shape: [weights.outputs, weights.inputs], signedBytes: weights.values)
        add(name: names.weightScale, shape: [weights.outputs], floats: weights.scales.span)
        add(name: names.bias, shape: [weights.outputs], floats: linear.bias.span)
        if let factors = linear.inputFactors {
            add(name: names.inputScale, shape: [weights.inputs], floats: factors.span)
        }
    }

    private mutating func add(_ norm: borrowing LayerNorm, _ names: CheckpointNames.Pair) {
        add(name: names.weight, shape: [norm.weight.count], floats: norm.weight.span)
        add(name: names.bias, shape: [norm.bias.count], floats: norm.bias.span)
    }

    /// What comes before the blocks and after them.
    fileprivate mutating func addEnds(
        of checkpoint: VisionCheckpoint, _ names: CheckpointNames
    ) throws(CLIPError) {
        let configuration = checkpoint.configuration
        let (width, patch) = (configuration.width, configuration.patchSize)
        let kernel = try checkpoint.patchKernel()
        add(name: names.patchEmbedding, shape: [width, 3, patch, patch], floats: kernel.span)
        let classEmbedding = try checkpoint.classEmbedding()
        add(name: names.classEmbedding, shape: [width], floats: classEmbedding.span)
        let positions = try checkpoint.positionEmbedding()
        add(
            name: names.positionEmbedding, shape: [configuration.tokenCount, width], floats: positions.span)
        add(try checkpoint.layerNorm(checkpoint.names.preLayerNorm), names.preLayerNorm)
        add(try checkpoint.layerNorm(checkpoint.names.postLayerNorm), names.postLayerNorm)
        if let projection = try checkpoint.projection() {
            add(
                name: names.projection, shape: [projection.outputs, width], floats: projection.weights.span)
        }
    }
}
