import Glibc
import MienTensor

/// A model folder's vision transformer: its shape, and its weights in the layout the layers want.
struct VisionCheckpoint {
    let configuration: VisionConfiguration
    let preprocessing: PreprocessingConfiguration
    let names: CheckpointNames

    private let checkpoint: Checkpoint

    init(folder: String) throws(CLIPError) {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            throw .cannotRead(path: folder, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .cannotRead(
                path: folder,
                reason: "is not a folder; expected a model folder, with config.json and model.safetensors"
                    + (folder.hasSuffix(".safetensors") ? "; \(Checkpoint.joinHeads)" : ""))
        }
        let stated = try VisionConfiguration(path: "\(folder)/config.json")
        checkpoint = try Checkpoint(folder: folder)
        guard let names = CheckpointNames(checkpoint.names) else {
            throw .unknownNames(
                path: checkpoint.path,
                expected: "tensors such as \"vision_model.embeddings.patch_embedding.weight\" or "
                    + "\"visual.conv1.weight\"" + checkpoint.kind)
        }
        self.names = names
        try Self.checkArchitecture(checkpoint, names)

        if let stated {
            try Self.check(stated, against: checkpoint, names, folder: folder)
            configuration = stated
        } else if names.family == .openAI {
            configuration = try VisionConfiguration(inferredFrom: checkpoint, names, folder: folder)
        } else {
            throw .missingFile(folder: folder, expected: "config.json")
        }
        guard configuration.headWidth <= 256 else {
            throw .wrongValue(
                path: "\(folder)/config.json", key: "num_attention_heads",
                found: "\(configuration.headCount)",
                expected: "heads of at most 256 of the hidden_size \(configuration.width)")
        }
        preprocessing = try PreprocessingConfiguration(folder: folder, imageSize: configuration.imageSize)
    }

    // MARK: Embeddings

    /// The patch embedding's convolution: (width, 3, patch, patch).
    func patchKernel() throws(CLIPError) -> FloatBuffer {
        let patch = configuration.patchSize
        return try checkpoint.floats(names.patchEmbedding, shape: [configuration.width, 3, patch, patch])
    }

    /// The same as a linear layer on patches in the order (y, x, channel).
    func patchEmbedding() throws(CLIPError) -> LinearWeights {
        let kernel = try patchKernel()
        let weights = FloatBuffer(count: kernel.count)
        let (width, area) = (configuration.width, configuration.patchSize * configuration.patchSize)
        for output in 0..<width {
            let (from, to) = (kernel.baseAddress + output * 3 * area, weights.baseAddress + output * 3 * area)
            for pixel in 0..<area {
                for channel in 0..<3 { to[3 * pixel + channel] = from[channel * area + pixel] }
            }
        }
        return LinearWeights(weights: weights, bias: FloatBuffer(count: width), inputs: 3 * area)
    }

    /// (width)
    func classEmbedding() throws(CLIPError) -> FloatBuffer {
        try checkpoint.floats(names.classEmbedding, shape: [configuration.width])
    }

    /// (tokens, width)
    func positionEmbedding() throws(CLIPError) -> FloatBuffer {
        try checkpoint.floats(
            names.positionEmbedding, shape: [configuration.tokenCount, configuration.width])
    }

    /// (tokens, width): the position embeddings, with the class embedding added to the first.
    func positions() throws(CLIPError) -> FloatBuffer {
        let positions = try positionEmbedding()
        let classEmbedding = try classEmbedding()
        for index in 0..<classEmbedding.count {
            positions.baseAddress[index] += classEmbedding.baseAddress[index]
        }
        return positions
    }

    // MARK: Layers

    func layerNorm(_ pair: CheckpointNames.Pair) throws(CLIPError) -> LayerNorm {
        LayerNorm(
            weight: try checkpoint.floats(pair.weight, shape: [configuration.width]),
            bias: try checkpoint.floats(pair.bias, shape: [configuration.width]),
            epsilon: configuration.layerNormEpsilon)
    }

    func linear(_ pair: CheckpointNames.Pair, outputs: Int, inputs: Int) throws(CLIPError) -> LinearWeights {
        let weights = try checkpoint.floats(pair.weight, shape: [outputs, inputs])
        let bias = try checkpoint.floats(pair.bias, shape: [outputs])
        return LinearWeights(weights: weights, bias: bias, inputs: inputs)
    }

    /// Queries, keys and values in one product, each head in a slot of ``HeadLayout/slotWidth``.
    ///
    /// The attention kernel divides by the root of the slot's width. Queries of narrower heads make up for
    /// that.
    func attentionInput(block: Int) throws(CLIPError) -> LinearWeights {
        let (width, heads) = (configuration.width, HeadLayout(configuration))
        let weights = FloatBuffer(count: 3 * heads.width * width)
        let biases = FloatBuffer(count: 3 * heads.width)
        for input in AttentionInput.allCases {
            let (names, part, parts) = names.attentionInput(input, block)
            let rows = part * width..<(part + 1) * width
            let matrix = try checkpoint.floats(names.weight, shape: [parts * width, width], rows: rows)
            let bias = try checkpoint.floats(names.bias, shape: [parts * width], rows: rows)
            let scale = input == .query ? heads.queryScale : 1
            for row in 0..<width {
                let slot = input.rawValue * heads.width + heads.slot(of: row)
                biases.baseAddress[slot] = scale * bias.baseAddress[row]
                for column in 0..<width {
                    weights.baseAddress[slot * width + column] =
                        scale * matrix.baseAddress[row * width + column]
                }
            }
        }
        return LinearWeights(weights: weights, bias: biases, inputs: width)
    }

    /// What joins the heads.
    func attentionOutput(block: Int) throws(CLIPError) -> LinearWeights {
        let (width, heads) = (configuration.width, HeadLayout(configuration))
        let names = names.attentionOutput(block)
        let matrix = try checkpoint.floats(names.weight, shape: [width, width])
        let weights = FloatBuffer(count: width * heads.width)
        for row in 0..<width {
            for column in 0..<width {
                weights.baseAddress[row * heads.width + heads.slot(of: column)] =
                    matrix.baseAddress[row * width + column]
            }
        }
        let bias = try checkpoint.floats(names.bias, shape: [width])
        return LinearWeights(weights: weights, bias: bias, inputs: heads.width)
    }

    // MARK: Layers in 8 bits

    /// What the blocks' weights are stored in.
    var precision: EncoderPrecision {
        checkpoint.type(names.feedForwardIn(0).weight) == .i8 ? .int8 : .single
    }

    /// The error for asking for single precision where only 8 bits are left.
    var isOnlyInt8: CLIPError {
        .unsupported(
            path: checkpoint.path, tensor: names.feedForwardIn(0).weight,
            reason: "stored in 8 bits; expected the folder it was made from for fp32")
    }

    /// The file that stands for the whole, for messages.
    var path: String { checkpoint.path }

    /// A layer that is stored in 8 bits: `weight` in I8, a `weight_scale` for each output and, if the inputs
    /// are to be multiplied first, `input_scale`.
    func quantizedLinear(
        _ pair: CheckpointNames.Pair, outputs: Int, inputs: Int
    ) throws(CLIPError) -> QuantizedLinear {
        let scales = try checkpoint.floats(pair.weightScale, shape: [outputs])
        let factors = checkpoint.shape(pair.inputScale) != nil
        return QuantizedLinear(
            weights: QuantizedWeights(
                outputs: outputs, inputs: inputs,
                values: try checkpoint.signedBytes(pair.weight, shape: [outputs, inputs]),
                scales: scales.elements),
            bias: try checkpoint.floats(pair.bias, shape: [outputs]).elements,
            inputFactors: factors ? try checkpoint.floats(pair.inputScale, shape: [inputs]).elements : nil)
    }

    /// The error for weights in 8 bits whose sums would not be exact.
    func breaksGroupRule(block: Int) -> CLIPError {
        .unsupported(
            path: checkpoint.path, tensor: "\(names.block(block))*",
            reason:
                "weights in 8 bits that no sum in 16 bits can hold; expected those of 'mien model quantize'")
    }

    /// The projection of the class token; nil if the checkpoint has none and need not have one.
    func projection() throws(CLIPError) -> LinearWeights? {
        let (width, name) = (configuration.width, names.projection)
        guard let shape = checkpoint.shape(name) else {
            guard configuration.hasProjection != true else {
                throw .tensor(.missingTensor(path: checkpoint.path, tensor: name))
            }
            return nil
        }
        // The file's width is believed where the configuration does not state one.
        let isTransposed = names.family == .openAI
        let found = shape.count == 2 ? shape[isTransposed ? 1 : 0] : 0
        let stated = configuration.projectionWidths
        let outputs = stated.isEmpty || stated.contains(found) ? max(found, 1) : stated[0]
        let matrix = try checkpoint.floats(
            name, shape: isTransposed ? [width, outputs] : [outputs, width])
        let bias = FloatBuffer(count: outputs)
        guard isTransposed else { return LinearWeights(weights: matrix, bias: bias, inputs: width) }
        let weights = FloatBuffer(count: outputs * width)
        for input in 0..<width {
            for output in 0..<outputs {
                weights.baseAddress[output * width + input] = matrix.baseAddress[input * outputs + output]
            }
        }
        return LinearWeights(weights: weights, bias: bias, inputs: width)
    }
}
