import CKernels
import MienTensor

/// One step up the feature pyramid: `blocks(relu(lateral(finer)) + upsample(relu(top(coarser))))`.
struct PyramidStage {
    private let top: Convolution
    private let lateral: Convolution
    private let blocks: [DoubleBlazeBlock]

    init(
        _ name: String, inputs: Int, lateral lateralInputs: Int, outputs: Int, blocks count: Int,
        of source: NetworkWeights
    ) throws(FaceError) {
        top = try Convolution(
            pointwise: [(name + ".top", outputs)], inputs: inputs, relu: true, of: source)
        lateral = try Convolution(
            pointwise: [(name + ".lateral", outputs)], inputs: lateralInputs, relu: true, of: source)
        var blocks: [DoubleBlazeBlock] = []
        for index in 0..<count {
            blocks.append(
                try DoubleBlazeBlock(
                    "\(name).blocks.\(index)", inputs: outputs, bottleneck: outputs / 2, outputs: outputs,
                    of: source))
        }
        self.blocks = blocks
    }

    /// The maps of the stage.
    struct Maps {
        fileprivate let top: FeatureMap
        let output: FeatureMap
        fileprivate let blocks: [DoubleBlazeBlock.Maps]

        var all: [FeatureMap] { [top, output] + blocks.flatMap { [$0.bottleneck, $0.output] } }
    }

    func maps(for coarser: FeatureMap, lateral finer: FeatureMap) -> Maps {
        let output = FeatureMap(width: finer.width, height: finer.height, channels: lateral.outputs)
        return Maps(
            top: FeatureMap(width: coarser.width, height: coarser.height, channels: top.outputs),
            output: output, blocks: blocks.map { $0.maps(for: output) })
    }

    func callAsFunction(
        _ coarser: FeatureMap, lateral finer: FeatureMap, maps: Maps, workers: Workers
    ) -> FeatureMap {
        top(coarser, into: maps.top, workers: workers)
        lateral(finer, into: maps.output, workers: workers)
        maps.output.addUpsampled(maps.top)
        var x = maps.output
        for (block, maps) in zip(blocks, maps.blocks) {
            x = block(x, maps: maps, workers: workers)
        }
        return x
    }
}

extension FeatureMap {
    /// Adds `coarser`, enlarged twice each way: bilinear, half-pixel centres, edges repeated.
    func addUpsampled(_ coarser: FeatureMap) {
        precondition(
            width == 2 * coarser.width && height == 2 * coarser.height && channels == coarser.channels,
            "only a map of half the size can be added")
        withUnsafePointer(to: coarser.kernelView) { low in
            withUnsafePointer(to: kernelView) {
                mien_conv_kernels_for(mien_isa_default()).pointee.upsample_add(low, $0, 0, Int32(height))
            }
        }
    }
}
