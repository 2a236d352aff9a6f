import CKernels
import MienTensor

/// The image encoder of CLIP: a vision transformer whose class token, projected, is the embedding.
///
///     x = preLayerNorm(embeddings(pixels))
///     x = x + attention(norm1(x)); x = x + feedForward(norm2(x))      for each block
///     embedding = projection(postLayerNorm(x[class token]))
///
/// Checkpoints without a projection give the normed class token. The embedding is not divided by its length.
/// An image has the same bits in any batch and with any number of workers.
///
/// With a precision of 8 bits, weights of patches (of 512 inputs or more) and blocks are multiplied in 8 bits; norms,
/// attention and the projection stay in single precision.
///
/// It keeps the memory of the largest batch so far, of some hundred rows at most, and allocates nothing for
/// batches up to that. It belongs to one queue.
///
/// Radford et al., Learning Transferable Visual Models From Natural Language Supervision, 2021.
package final class VisionEncoder {
    package let configuration: VisionConfiguration
    /// How pictures are to be made into the squares that ``encode(_:count:into:)`` takes. The normalisation
    /// in it is the encoder's own part.
    package let preprocessing: PreprocessingConfiguration
    /// The width of an embedding.
    package let embeddingWidth: Int
    /// Whether the embedding is projected.
    package let hasProjection: Bool

    /// What patches and blocks are multiplied with.
    package let precision: EncoderPrecision

    private let embeddings: Embeddings
    private let preLayerNorm: LayerNorm
    /// All but the last.
    private let blocks: [ResidualBlock]
    private let lastBlock: ClassBlock
    private let postLayerNorm: LayerNorm
    private let projection: Linear?
    private let device: Device
    private var activations: Activations

    /// The side of the squares that the encoder takes, in pixels.
    package var imageSize: Int { configuration.imageSize }

    /// Reads a model folder.
    ///
    /// - Parameters:
    ///   - folder: As Hugging Face lays it out: `config.json`, `model.safetensors` or shards with
    ///     `model.safetensors.index.json`, and `preprocessor_config.json`; or an OpenAI or OpenCLIP checkpoint,
    ///     which needs no `config.json`.
    ///   - precision: What patches and blocks are multiplied with; nil for what the weights are stored in.
    package init(folder: String, workers: Workers, precision: EncoderPrecision? = nil) throws(CLIPError) {
        let checkpoint = try VisionCheckpoint(folder: folder)
        configuration = checkpoint.configuration
        preprocessing = checkpoint.preprocessing
        let device = Device(workers: workers)
        self.device = device
        self.precision = precision ?? checkpoint.precision
        guard self.precision == .int8 || checkpoint.precision == .single else {
            throw checkpoint.isOnlyInt8
        }
        embeddings = try Embeddings(checkpoint, precision: self.precision, workers: workers)
        preLayerNorm = try checkpoint.layerNorm(checkpoint.names.preLayerNorm)
        var blocks: [ResidualBlock] = []
        let last = configuration.layerCount - 1
        if self.precision == .single {
            for index in 0..<last {
                blocks.append(ResidualBlock(try BlockWeights(checkpoint, index: index), configuration))
            }
            lastBlock = ClassBlock(try BlockWeights(checkpoint, index: last), configuration)
        } else {
            var quantizer: Quantizer?
            if checkpoint.precision == .single {
                quantizer = try Quantizer(
                    checkpoint, embeddings: embeddings, preLayerNorm: preLayerNorm, device: device)
            }
            func weights(_ index: Int) throws(CLIPError) -> QuantizedBlock {
                if let quantizer { return try quantizer.next() }
                return try QuantizedBlock(checkpoint, index: index)
            }
            for index in 0..<last {
                guard let block = ResidualBlock(try weights(index), configuration) else {
                    throw checkpoint.breaksGroupRule(block: index)
                }
                blocks.append(block)
            }
            guard let block = ClassBlock(try weights(last), configuration) else {
                throw checkpoint.breaksGroupRule(block: last)
            }
            lastBlock = block
        }
        self.blocks = blocks
        // What passed through while the weights were arranged is a good part of what stays.
        mien_release_free_memory()
        postLayerNorm = try checkpoint.layerNorm(checkpoint.names.postLayerNorm)
        if let weights = try checkpoint.projection() {
            (hasProjection, embeddingWidth) = (true, weights.outputs)
            projection = Linear(weights)
        } else {
            (hasProjection, embeddingWidth) = (false, configuration.width)
            projection = nil
        }
        activations = Activations(capacity: 0, configuration, patchWidth: embeddings.patchWidth)
    }

    /// Embeds a batch.
    ///
    /// - Parameters:
    ///   - pixels: (count, imageSize, imageSize, 3), 8-bit RGB.
    ///   - count: The number of images.
    ///   - output: (count, embeddingWidth)
    package func encode(
        _ pixels: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<Float>
    ) {
        guard count > 0 else { return }
        let maximum = max(1, Self.passRows / configuration.tokenCount)
        let passes = (count + maximum - 1) / maximum
        let largest = (count + passes - 1) / passes
        if largest > activations.capacity {
            activations = Activations(
                capacity: largest, configuration, patchWidth: embeddings.patchWidth)
        }
        let pixelsPerImage = imageSize * imageSize * 3
        for pass in 0..<passes {
            let images = pass * count / passes..<(pass + 1) * count / passes
            encodePass(
                pixels + images.lowerBound * pixelsPerImage,
                into: MutableMatrix(
                    output + images.lowerBound * embeddingWidth, rows: images.count, columns: embeddingWidth))
        }
    }

    // About so many rows go through the blocks at a time: enough to share out, and few enough for what passes
    // from layer to layer to stay in the last cache.
    private static let passRows = 512

    /// Embeds as many images as `embedding` has rows.
    private func encodePass(_ pixels: UnsafePointer<UInt8>, into embedding: MutableMatrix) {
        let width = configuration.width
        let x = activations.residualStream(images: embedding.rows, width: width)
        embeddings(
            pixels, patches: activations.wide(rows: x.rows, columns: embeddings.patchWidth), into: x,
            on: device)
        preLayerNorm(x.readOnly, into: x, on: device)
        for block in blocks { block(x, scratch: activations, on: device) }
        let classTokens = lastBlock(x, scratch: activations, on: device)
        switch projection {
        case .some(let projection):
            let normed = activations.narrow(rows: embedding.rows, columns: width)
            postLayerNorm(classTokens.readOnly, into: normed, on: device)
            projection(normed.readOnly, into: embedding, on: device)
        case nil:
            postLayerNorm(classTokens.readOnly, into: embedding, on: device)
        }
    }
}
