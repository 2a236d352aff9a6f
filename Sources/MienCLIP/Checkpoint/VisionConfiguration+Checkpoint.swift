extension VisionConfiguration {
    /// The shape of an OpenAI or OpenCLIP checkpoint that comes without `config.json`, from its tensors.
    ///
    /// What tensors do not show, the kind of GELU and the width of heads, ``HiddenShape`` finds out or assumes.
    init(
        inferredFrom checkpoint: Checkpoint, _ names: CheckpointNames, folder: String
    ) throws(CLIPError) {
        func extents(_ tensor: String, _ count: Int) throws(CLIPError) -> [Int] {
            guard let shape = checkpoint.shape(tensor) else {
                throw .tensor(.missingTensor(path: checkpoint.path, tensor: tensor))
            }
            guard shape.count == count, shape.allSatisfy({ (1...(1 << 20)).contains($0) }) else {
                throw .unsupported(
                    path: checkpoint.path, tensor: tensor,
                    reason: "has shape \(shape), expected \(count) positive extents")
            }
            return shape
        }
        self.init()
        let kernel = try extents(names.patchEmbedding, 4)
        (width, patchSize) = (kernel[0], kernel[3])
        let tokens = try extents(names.positionEmbedding, 2)[0]
        let grid = Int(Double(tokens - 1).squareRoot())
        guard grid > 0, grid * grid + 1 == tokens else {
            throw .unsupported(
                path: checkpoint.path, tensor: names.positionEmbedding,
                reason: "has \(tokens) positions, expected a square number and one for the class token")
        }
        imageSize = grid * patchSize
        feedForwardWidth = try extents(names.feedForwardIn(0).weight, 2)[0]
        layerCount = 1
        while checkpoint.shape(names.norm1(layerCount).weight) != nil { layerCount += 1 }

        let hidden = try HiddenShape(checkpoint, width: width, folder: folder)
        (activation, assumption) = (hidden.activation, hidden.assumption)
        let headWidth = hidden.headWidth
        guard width % headWidth == 0 else {
            throw .unsupported(
                path: checkpoint.path, tensor: names.patchEmbedding,
                reason: "has \(width) outputs, expected a multiple of the head width \(headWidth)")
        }
        headCount = width / headWidth
    }
}
