import MienTensor

/// The memory a batch passes through, allocated for its size.
struct Activations: ~Copyable {
    /// The largest number of images.
    let capacity: Int

    private let tokenCount: Int
    private let stream: FloatBuffer
    private let narrowest: FloatBuffer
    private let widest: FloatBuffer

    /// - Parameter patchWidth: The width of a row of the patch embedding's input.
    init(capacity: Int, _ configuration: VisionConfiguration, patchWidth: Int) {
        self.capacity = capacity
        tokenCount = configuration.tokenCount
        let rows = capacity * configuration.tokenCount
        let heads = HeadLayout(configuration).width
        stream = FloatBuffer(count: rows * configuration.width)
        narrowest = FloatBuffer(count: rows * max(configuration.width, heads))
        widest = FloatBuffer(count: rows * max(3 * heads, configuration.feedForwardWidth, patchWidth))
    }

    /// The residual stream of some images: (images * tokens, width).
    func residualStream(images: Int, width: Int) -> MutableMatrix {
        stream.matrix(rows: images * tokenCount, columns: width)
    }

    /// Scratch about as wide as the stream; each call gives the same memory.
    func narrow(rows: Int, columns: Int) -> MutableMatrix {
        narrowest.matrix(rows: rows, columns: columns)
    }

    /// Scratch as wide as the projections, the feed-forward's hidden layer and the patches; each call gives
    /// the same memory.
    func wide(rows: Int, columns: Int) -> MutableMatrix {
        widest.matrix(rows: rows, columns: columns)
    }
}
