import Foundation
import MienFaces
import MienSafetensors
import MienTensor
import Testing

/// The networks against the originals' answers, dumped by tools/goldens/faces.
@Suite struct GoldenNetworkTests {
    /// The largest difference allowed, absolute: regressors reach 150, in pixels.
    static let tolerance: Float = 1e-3

    private let goldens: SafetensorsFile

    init() throws {
        goldens = try SafetensorsFile(
            path: Bundle.module.bundlePath + "/Goldens/blazeface.safetensors")
    }

    @Test func shortRange() throws {
        let network = try ShortRangeNetwork(NetworkWeights(resource: "blazeface-short"))
        fillWithTestPicture(network.input)
        try check(network(workers: Workers(count: 1)), golden: "short", step: 1)
    }

    @Test(arguments: [(192, 192, 3), (416, 256, 11)], [1, 3])
    func fullRange(size: (width: Int, height: Int, step: Int), workers: Int) throws {
        let network = try FullRangeNetwork(NetworkWeights(resource: "blazeface-full"))
        let maps = FullRangeNetwork.Maps(network, width: size.width, height: size.height)
        // The second round finds what the first one left in the maps.
        for _ in 0..<2 {
            fillWithTestPicture(maps.input)
            let predictions = network(maps, workers: Workers(count: workers))
            try check([predictions], golden: "full.\(size.width)x\(size.height)", step: size.step)
        }
    }

    @Test func mapsThatWereLargerGiveTheSame() throws {
        let network = try FullRangeNetwork(NetworkWeights(resource: "blazeface-full"))
        let maps = FullRangeNetwork.Maps(network, width: 448, height: 288)
        for (width, height, step) in [(448, 288, 0), (192, 192, 3), (416, 256, 11), (192, 192, 3)] {
            maps.resize(width: width, height: height)
            fillWithTestPicture(maps.input)
            let predictions = network(maps, workers: Workers(count: 1))
            if step > 0 { try check([predictions], golden: "full.\(width)x\(height)", step: step) }
        }
    }

    /// Compares every `step`-th anchor.
    private func check(_ predictions: [Predictions], golden name: String, step: Int) throws {
        let anchors = predictions.reduce(0) { $0 + $1.map.width * $1.map.height * $1.anchors }
        let rows = (anchors + step - 1) / step
        let expectedRegressors = try goldens.floats(
            name + ".regressors", shape: [rows, Predictions.regressors])
        let expectedScores = try goldens.floats(name + ".scores", shape: [rows])
        let (regressors, scores) = (expectedRegressors.span, expectedScores.span)
        var worst: Float = 0
        var anchor = 0
        for prediction in predictions {
            for cell in 0..<prediction.map.width * prediction.map.height {
                let features = prediction.map.features(
                    x: cell % prediction.map.width, y: cell / prediction.map.width)
                for index in 0..<prediction.anchors {
                    if anchor.isMultiple(of: step) {
                        let row = anchor / step
                        let score = features[prediction.anchors * Predictions.regressors + index]
                        worst = max(worst, abs(score - scores[row]))
                        for regressor in 0..<Predictions.regressors {
                            worst = max(
                                worst,
                                abs(
                                    features[index * Predictions.regressors + regressor]
                                        - regressors[row * Predictions.regressors + regressor]))
                        }
                    }
                    anchor += 1
                }
            }
        }
        #expect(worst <= Self.tolerance)
    }
}

/// Fills a network's input with the picture that tools/goldens/faces makes too.
func fillWithTestPicture(_ input: FeatureMap) {
    var state: UInt32 = 1
    for y in 0..<input.height {
        for x in 0..<input.width {
            let pixel = input.features(x: x, y: y)
            for channel in 0..<3 {
                state = state &* 1_664_525 &+ 1_013_904_223
                let value = (((3 * x + 5 * y + 40 * channel) & 255) + Int(state >> 24)) >> 1
                pixel[channel] = Float(value) / 127.5 - 1
            }
        }
    }
}
