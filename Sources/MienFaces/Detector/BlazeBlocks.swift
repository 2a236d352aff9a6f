import MienTensor

/// The block of the short-range network: `relu(pointwise(depthwise(x)) + x)`.
///
/// Where the block has stride 2, the skip is max-pooled; channels the skip lacks count as zeros.
/// (BlazeFace, arXiv 1907.05047, figure 2; the released networks use 3 x 3 where the paper has 5 x 5.)
struct BlazeBlock {
    private let convolution: Convolution
    private let stride: Int
    let output: FeatureMap

    init(
        _ name: String, input: FeatureMap, inputs: Int, outputs: Int, stride: Int,
        of source: NetworkWeights
    ) throws(FaceError) {
        convolution = try Convolution(
            separable: name, inputs: inputs, outputs: outputs, stride: stride, of: source)
        self.stride = stride
        output = FeatureMap(
            width: input.width / stride, height: input.height / stride, channels: convolution.outputs)
    }

    func callAsFunction(_ x: FeatureMap, workers: Workers) -> FeatureMap {
        convolution(x, skip: stride == 1 ? .identity(x) : .maxPooled(x), into: output, workers: workers)
        return output
    }
}

/// The weights of the block of the full-range network: `relu(expand(relu(reduce(x))) + x)`, both separable
/// convolutions, through fewer channels in between. The skip is as in ``BlazeBlock``.
struct DoubleBlazeBlock {
    let outputs: Int
    let stride: Int
    private let inputs: Int
    private let reduce: Convolution
    private let expand: Convolution

    init(
        _ name: String, inputs: Int, bottleneck: Int, outputs: Int, stride: Int = 1,
        of source: NetworkWeights
    ) throws(FaceError) {
        self.inputs = inputs
        self.outputs = outputs
        self.stride = stride
        reduce = try Convolution(
            separable: name + ".reduce", inputs: inputs, outputs: bottleneck, stride: stride, of: source)
        expand = try Convolution(
            separable: name + ".expand", inputs: bottleneck, outputs: outputs, stride: 1, of: source)
    }

    /// The maps of the block.
    struct Maps {
        let bottleneck: FeatureMap
        let output: FeatureMap
    }

    /// Creates the maps for the given input. A block that changes no shape works in place.
    func maps(for x: FeatureMap) -> Maps {
        let (width, height) = (x.width / stride, x.height / stride)
        return Maps(
            bottleneck: FeatureMap(width: width, height: height, channels: reduce.outputs),
            output: stride == 1 && inputs == outputs
                ? x : FeatureMap(width: width, height: height, channels: expand.outputs))
    }

    func callAsFunction(_ x: FeatureMap, maps: Maps, workers: Workers) -> FeatureMap {
        reduce(x, into: maps.bottleneck, workers: workers)
        expand(
            maps.bottleneck, skip: stride == 1 ? .identity(x) : .maxPooled(x), into: maps.output,
            workers: workers)
        return maps.output
    }
}
