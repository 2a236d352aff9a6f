import MienTensor

/// Makes 8-bit weights of a checkpoint in single precision, block by block: only one block's are in memory.
///
/// Some made pictures run through the blocks ahead of it, in single precision, and show which channels are
/// large, and their means.
final class Quantizer {
    private let checkpoint: VisionCheckpoint
    private let device: Device
    private let activations: Activations
    private let stream: MutableMatrix
    private let storage: FloatBuffer
    private var index = 0

    init(
        _ checkpoint: VisionCheckpoint, embeddings: borrowing Embeddings, preLayerNorm: borrowing LayerNorm,
        device: Device
    ) throws(CLIPError) {
        let configuration = checkpoint.configuration
        guard configuration.headWidth % 8 == 0 else {
            throw .unsupported(
                path: checkpoint.path, tensor: checkpoint.names.attentionOutput(0).weight,
                reason: "8-bit weights are for heads of a multiple of 8, not of \(configuration.headWidth)")
        }
        self.checkpoint = checkpoint
        self.device = device
        let (width, tokens) = (configuration.width, configuration.tokenCount)
        let count = min(16, max(4, 1600 / tokens))
        activations = Activations(capacity: count, configuration, patchWidth: embeddings.patchWidth)
        storage = FloatBuffer(count: count * tokens * width)
        stream = storage.matrix(rows: count * tokens, columns: width)
        let pixels = CalibrationPictures.pixels(count: count, side: configuration.imageSize)
        pixels.withUnsafeBufferPointer {
            embeddings(
                $0.baseAddress!,
                patches: activations.wide(rows: stream.rows, columns: embeddings.patchWidth), into: stream,
                on: device)
        }
        preLayerNorm(stream.readOnly, into: stream, on: device)
    }

    /// Quantises the next block.
    func next() throws(CLIPError) -> QuantizedBlock {
        let weights = try BlockWeights(checkpoint, index: index)
        index += 1
        var statistics = ChannelStatistics()
        ResidualBlock(weights, checkpoint.configuration)(stream, scratch: activations, on: device) {
            statistics.add($1, to: $0)
        }
        return QuantizedBlock(weights, statistics: statistics, workers: device.workers)
    }
}
