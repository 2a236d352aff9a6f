import CKernels
import MienTensor

/// Pixels to tokens: the patches through a convolution whose stride is its size, the class embedding before
/// them, and a position embedding for each.
struct Embeddings: ~Copyable {
    private let patchEmbedding: Linear
    /// (tokens, width), the class embedding in the first row.
    private let positions: FloatBuffer
    /// (3, 256)
    private let normalisation: [Float]
    private let configuration: VisionConfiguration

    // Smaller patches stay in single precision: in them a pixel's last bit counts, and they cost next to nothing.
    private static let leastInt8Inputs = 512

    /// The width of a row of the convolution's input.
    var patchWidth: Int { patchEmbedding.inputs }

    /// - Parameter precision: What the patches are multiplied with. Their weights are stored in single
    ///   precision and quantised here.
    init(
        _ checkpoint: borrowing VisionCheckpoint, precision: EncoderPrecision, workers: Workers
    ) throws(CLIPError) {
        // Both before either: a value that cannot be copied must not be half made when an error leaves.
        let positions = try checkpoint.positions()
        let weights = try checkpoint.patchEmbedding()
        self.positions = positions
        if precision == .int8 && weights.inputs >= Self.leastInt8Inputs {
            let factors = [Float](repeating: 1, count: weights.inputs)
            patchEmbedding = Linear(QuantizedLinear(weights, factors: factors, workers: workers))!
        } else {
            patchEmbedding = Linear(weights)
        }
        configuration = checkpoint.configuration
        normalisation = checkpoint.preprocessing.normalisationTable
    }

    /// - Parameters:
    ///   - pixels: (images, side, side, 3), 8-bit.
    ///   - patches: (images * tokens, patchWidth), scratch. The class tokens' rows are zeros, so that one
    ///     product serves all images.
    ///   - tokens: (images * tokens, width)
    func callAsFunction(
        _ pixels: UnsafePointer<UInt8>, patches: MutableMatrix, into tokens: MutableMatrix, on device: Device
    ) {
        let (side, count) = (configuration.imageSize, configuration.tokenCount)
        device.workers.run(tokens.rows / count) { image in
            mien_patches(
                pixels + image * side * side * 3, side, configuration.patchSize, normalisation,
                patches[rows: image * count..<(image + 1) * count].baseAddress)
            tokens[rows: image * count..<(image + 1) * count].baseAddress
                .update(from: positions.baseAddress, count: positions.count)
        }
        patchEmbedding(
            patches.readOnly, tokens: count, residual: tokens.readOnly, into: tokens, on: device)
    }
}
