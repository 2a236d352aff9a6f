import MienTensor

/// BlazeFace short range: faces that take up a good part of a 128 x 128 picture.
///
/// An entrance convolution and 16 ``BlazeBlock``s; predictions from the maps of stride 8 (two anchors a
/// cell) and stride 16 (six). It owns its maps, so one queue uses it at a time.
package final class ShortRangeNetwork {
    /// The side of the input, in pixels.
    package static let side = 128

    // Output channels and stride of each block, after 24 channels from the entrance at stride 2.
    private static let blocks = [
        (24, 1), (28, 1), (32, 2), (36, 1), (42, 1), (48, 2), (56, 1), (64, 1), (72, 1), (80, 1), (88, 1),
        (96, 2), (96, 1), (96, 1), (96, 1), (96, 1),
    ]

    /// The picture, RGB as value / 127.5 - 1.
    package let input: FeatureMap
    private let entrance: Convolution
    private let entranceMap: FeatureMap
    private let blocks: [BlazeBlock]
    private let heads: [PredictionHead]
    private let predictions: [Predictions]

    package init(_ source: NetworkWeights) throws(FaceError) {
        input = FeatureMap(width: Self.side, height: Self.side, channels: 3, border: 2)
        entrance = try Convolution(entrance: "stem", outputs: 24, kernel: 5, of: source)
        entranceMap = FeatureMap(width: Self.side / 2, height: Self.side / 2, channels: entrance.outputs)

        var blocks: [BlazeBlock] = []
        var (map, channels) = (entranceMap, 24)
        var features: [(map: FeatureMap, channels: Int)] = []
        for (index, (outputs, stride)) in Self.blocks.enumerated() {
            if stride == 2 {
                features.append((map, channels))
            }
            let block = try BlazeBlock(
                "blocks.\(index)", input: map, inputs: channels, outputs: outputs, stride: stride,
                of: source)
            blocks.append(block)
            (map, channels) = (block.output, outputs)
        }
        self.blocks = blocks
        let (finer, coarser) = (features[2], (map: map, channels: channels))
        heads = [
            try PredictionHead(
                "heads.8", features: finer.map, channels: finer.channels, stride: 8, anchors: 2,
                of: source),
            try PredictionHead(
                "heads.16", features: coarser.map, channels: coarser.channels, stride: 16, anchors: 6,
                of: source),
        ]
        predictions = heads.map(\.predictions)
    }

    /// Computes the predictions for ``input``: first those of stride 8, then those of stride 16.
    package func callAsFunction(workers: Workers) -> [Predictions] {
        entrance(input, into: entranceMap, workers: workers)
        var map = entranceMap
        for block in blocks {
            map = block(map, workers: workers)
        }
        for head in heads { _ = head(workers: workers) }
        return predictions
    }
}
