import CKernels
import MienTensor

/// BlazeFace full range: small and middling faces, in a picture of any size.
///
/// An entrance convolution, a backbone of 15 ``DoubleBlazeBlock``s down to stride 32, and a feature pyramid
/// back up to stride 4, where one anchor a cell predicts. The network was made for 192 x 192 pixels; having
/// no fixed-size layer it takes any multiple of 32.
package final class FullRangeNetwork {
    /// The sides of the input are multiples of this, in pixels.
    package static let cell = 32

    // Channels, bottleneck and stride of each block, after 32 channels from the entrance at stride 2.
    private static let backbone = [
        (32, 8, 1), (32, 8, 1), (48, 12, 2), (48, 12, 1), (64, 16, 1), (96, 24, 2), (128, 32, 1),
        (128, 32, 1), (144, 36, 2), (192, 48, 1), (256, 64, 1), (384, 96, 2), (384, 96, 1), (384, 96, 1),
        (384, 96, 1),
    ]
    // Each stage's channels and blocks, and the block of the backbone it is joined to.
    private static let pyramid = [(96, 2, 10), (64, 2, 7), (48, 1, 4)]

    private let entrance: Convolution
    private let backbone: [DoubleBlazeBlock]
    private let pyramid: [PyramidStage]
    private let head: Convolution

    package init(_ source: NetworkWeights) throws(FaceError) {
        entrance = try Convolution(entrance: "stem", outputs: 32, kernel: 3, of: source)
        var channels = 32
        var backbone: [DoubleBlazeBlock] = []
        for (index, (outputs, bottleneck, stride)) in Self.backbone.enumerated() {
            backbone.append(
                try DoubleBlazeBlock(
                    "backbone.\(index)", inputs: channels, bottleneck: bottleneck, outputs: outputs,
                    stride: stride, of: source))
            channels = outputs
        }
        self.backbone = backbone
        var pyramid: [PyramidStage] = []
        for (index, (outputs, blocks, lateral)) in Self.pyramid.enumerated() {
            pyramid.append(
                try PyramidStage(
                    "pyramid.\(index)", inputs: channels, lateral: backbone[lateral].outputs,
                    outputs: outputs, blocks: blocks, of: source))
            channels = outputs
        }
        self.pyramid = pyramid
        head = try PredictionHead.convolution("head", channels: channels, anchors: 1, of: source)
    }

    /// The working memory, for one size of input at a time.
    package final class Maps {
        /// The picture, RGB as value / 127.5 - 1.
        package let input: FeatureMap
        fileprivate let entrance: FeatureMap
        fileprivate let backbone: [DoubleBlazeBlock.Maps]
        fileprivate let pyramid: [PyramidStage.Maps]
        fileprivate let predictions: Predictions
        // All of them, with the input pixels from one pixel of a map to the next.
        private let all: [(map: FeatureMap, stride: Int)]

        /// `width` and `height` are multiples of 32.
        package init(_ network: FullRangeNetwork, width: Int, height: Int) {
            Self.expectCells(width, height)
            input = FeatureMap(width: width, height: height, channels: 3, border: 2)
            entrance = FeatureMap(width: width / 2, height: height / 2, channels: network.entrance.outputs)
            var map = entrance
            backbone = network.backbone.map {
                let maps = $0.maps(for: map)
                map = maps.output
                return maps
            }
            var stages: [PyramidStage.Maps] = []
            for (stage, (_, _, lateral)) in zip(network.pyramid, FullRangeNetwork.pyramid) {
                stages.append(stage.maps(for: map, lateral: backbone[lateral].output))
                map = stages.last!.output
            }
            pyramid = stages
            predictions = Predictions(
                map: FeatureMap(width: map.width, height: map.height, channels: network.head.outputs),
                stride: 4, anchors: 1)
            let maps =
                [input, entrance, predictions.map] + backbone.flatMap { [$0.bottleneck, $0.output] }
                + stages.flatMap(\.all)
            all = maps.map { ($0, width / $0.width) }
        }

        /// Takes another size of input. Memory that suffices is kept.
        package func resize(width: Int, height: Int) {
            Self.expectCells(width, height)
            for (map, stride) in all { map.resize(width: width / stride, height: height / stride) }
        }

        private static func expectCells(_ width: Int, _ height: Int) {
            let cell = FullRangeNetwork.cell
            precondition(
                width % cell == 0 && height % cell == 0, "\(width) x \(height) is not whole cells")
        }
    }

    /// Computes the predictions for `maps.input`.
    package func callAsFunction(_ maps: Maps, workers: Workers) -> Predictions {
        entrance(maps.input, into: maps.entrance, workers: workers)
        var x = maps.entrance
        for (block, maps) in zip(backbone, maps.backbone) {
            x = block(x, maps: maps, workers: workers)
        }
        for ((stage, stageMaps), (_, _, lateral)) in zip(zip(pyramid, maps.pyramid), Self.pyramid) {
            x = stage(x, lateral: maps.backbone[lateral].output, maps: stageMaps, workers: workers)
        }
        head(x, into: maps.predictions.map, workers: workers)
        return maps.predictions
    }
}
