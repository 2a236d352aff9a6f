import MienTensor

/// The network of Google's Face Landmarker v2 that reads 478 points, irises included, off an upright crop of a face.
///
/// An entrance convolution at stride 2, then residual blocks of a pointwise convolution to half the channels, a depthwise
/// one, and a pointwise one back, each with PReLU. It owns its maps, so one queue uses it at a time.
package final class FaceMeshNetwork {
    /// The side of the input, in pixels.
    package static let side = 256
    /// The number of points.
    package static let points = 478

    /// The blocks at each resolution. The first of each but the first goes down to it.
    private static let stages = [4, 5, 5, 5, 5, 5, 5]
    /// The channels at each resolution, from 128 x 128 to 2 x 2, and those inside its first block.
    private static let channels = [16, 32, 64, 128, 128, 128, 128]
    private static let firstSqueezes = [8, 16, 32, 64, 64, 64, 64]

    /// The crop, RGB as value / 255.
    package let input: FeatureMap
    private let entrance: Convolution
    private let entranceMap: FeatureMap
    private let blocks: [SqueezeBlock]
    private let pointHead: Convolution
    private let pointMap = FeatureMap(width: 1, height: 1, channels: paddedChannels(3 * points), border: 0)
    private let presenceHead: Convolution
    private let presenceMap = FeatureMap(width: 1, height: 1, channels: 8, border: 0)

    package init(_ source: NetworkWeights) throws(FaceError) {
        input = FeatureMap(width: Self.side, height: Self.side, channels: 3)
        entrance = try Convolution(patch: "mesh.entrance", side: 3, inputs: 3, outputs: 16, of: source)
        entranceMap = FeatureMap(width: Self.side / 2, height: Self.side / 2, channels: entrance.outputs)
        var (blocks, map): ([SqueezeBlock], FeatureMap) = ([], entranceMap)
        for (stage, count) in Self.stages.enumerated() {
            for index in 0..<count {
                let goesDown = stage > 0 && index == 0
                let block = try SqueezeBlock(
                    "mesh.blocks.\(blocks.count)", input: map,
                    squeeze: index == 0 ? Self.firstSqueezes[stage] : Self.channels[stage] / 2,
                    outputs: Self.channels[stage], goesDown: goesDown, of: source)
                blocks.append(block)
                map = block.output
            }
        }
        self.blocks = blocks
        pointHead = try Convolution(
            patch: "mesh.points", side: 2, inputs: 128, outputs: 3 * Self.points, hasSlope: false, of: source)
        presenceHead = try Convolution(
            patch: "mesh.presence", side: 2, inputs: 128, outputs: 1, hasSlope: false, of: source)
    }

    /// Reads ``input``.
    ///
    /// - Returns: The points, x, y and z of each, in pixels of the crop, z away from the camera, until the next
    ///   call; and how sure the network is that there is a face, 0...1.
    package func callAsFunction(
        workers: Workers
    ) -> (points: UnsafeBufferPointer<Float>, presence: Float) {
        entrance(input, into: entranceMap, workers: workers)
        for block in blocks { block(workers: workers) }
        let last = blocks[blocks.count - 1].output
        pointHead(last, into: pointMap, workers: workers)
        presenceHead(last, into: presenceMap, workers: workers)
        let presence = presenceMap.features(x: 0, y: 0)
        sigmoid(presence, count: 1, into: presence)
        return (
            UnsafeBufferPointer(start: pointMap.features(x: 0, y: 0), count: 3 * Self.points),
            presence[0]
        )
    }
}

/// `prelu(expand(depthwise(prelu(squeeze(x)))) + x)`. A block that goes down has a 2 x 2 convolution at stride 2 for its
/// squeeze, and adds the maxima of x over 2 x 2 pixels.
private struct SqueezeBlock {
    let output: FeatureMap
    private let input: FeatureMap
    private let squeezed: FeatureMap
    private let squeeze: Convolution
    private let expand: Convolution
    private let goesDown: Bool

    init(
        _ name: String, input: FeatureMap, squeeze width: Int, outputs: Int, goesDown: Bool,
        of source: NetworkWeights
    ) throws(FaceError) {
        self.input = input
        self.goesDown = goesDown
        squeeze = try Convolution(
            patch: name + ".squeeze", side: goesDown ? 2 : 1, inputs: input.channels, outputs: width,
            of: source)
        let depthwise = try source.parameters(name + ".depthwise", shape: [3, 3, width], biases: width)
        let pointwise = try source.parameters(
            name + ".expand", shape: [outputs, 1, 1, width], biases: outputs)
        expand = Convolution(
            inputs: width, outputs: outputs, weights: pointwise.weight, bias: pointwise.bias,
            depthwise: (depthwise.weight, depthwise.bias), stride: 1,
            activation: .prelu(try source.floats(name + ".expand.slope", shape: [outputs])))
        let scale = goesDown ? 2 : 1
        squeezed = FeatureMap(width: input.width / scale, height: input.height / scale, channels: width)
        // One that changes no shape works in place.
        output =
            goesDown
            ? FeatureMap(width: squeezed.width, height: squeezed.height, channels: outputs) : input
    }

    func callAsFunction(workers: Workers) {
        squeeze(input, into: squeezed, workers: workers)
        expand(
            squeezed, skip: goesDown ? .maxPooled(input) : .identity(input), into: output, workers: workers)
    }
}

extension Convolution {
    /// A full convolution of `side` x `side` pixels; of more than one pixel at stride 2. PReLU, if there is a slope.
    convenience init(
        patch name: String, side: Int, inputs: Int, outputs: Int, hasSlope: Bool = true,
        of source: NetworkWeights
    ) throws(FaceError) {
        let (weight, bias) = try source.parameters(
            name, shape: [outputs, side, side, inputs], biases: outputs)
        self.init(
            inputs: side * side * inputs, outputs: outputs, weights: weight, bias: bias,
            patch: side > 1 ? side : nil, stride: side > 1 ? 2 : 1,
            activation: hasSlope
                ? .prelu(try source.floats(name + ".slope", shape: [outputs])) : .none)
    }
}
