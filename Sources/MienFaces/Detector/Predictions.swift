import Foundation
import MienTensor

/// What a network says about its anchors: per cell, first `anchors` x 16 regressors, then `anchors` scores.
package struct Predictions {
    /// Regressors per anchor: centre, size and six keypoints.
    package static let regressors = 16

    package let map: FeatureMap
    /// The distance between cells, in input pixels.
    package let stride: Int
    /// The anchors of a cell. They share its centre; their size plays no part.
    package let anchors: Int

    package init(map: FeatureMap, stride: Int, anchors: Int) {
        self.map = map
        self.stride = stride
        self.anchors = anchors
    }

    /// Appends the faces with a score of at least `threshold`, in input pixels, in order of cell and anchor.
    package func appendFaces(threshold: Float, to faces: inout [FaceDetection]) {
        // Comparing before the sigmoid spares one for each of the thousands of cells without a face.
        let threshold = log(threshold / (1 - threshold))
        for y in 0..<map.height {
            for x in 0..<map.width {
                let cell = map.features(x: x, y: y)
                for anchor in 0..<anchors where cell[anchors * Self.regressors + anchor] >= threshold {
                    faces.append(
                        face(
                            regressors: cell + anchor * Self.regressors,
                            logit: cell[anchors * Self.regressors + anchor],
                            center: Point(
                                x: (Float(x) + 0.5) * Float(stride), y: (Float(y) + 0.5) * Float(stride))))
                }
            }
        }
    }

    /// Regressors are pixels from the anchor's centre, except the box's width and height.
    private func face(regressors: UnsafeMutablePointer<Float>, logit: Float, center: Point) -> FaceDetection {
        func point(_ index: Int) -> Point {
            Point(x: center.x + regressors[index], y: center.y + regressors[index + 1])
        }
        let middle = point(0)
        let (width, height) = (regressors[2], regressors[3])
        return FaceDetection(
            box: FaceBox(
                x: middle.x - width / 2, y: middle.y - height / 2, width: width, height: height),
            // The first eye and tragion are the subject's right ones: the viewer's left.
            landmarks: FaceLandmarks(
                leftEye: point(4), rightEye: point(6), noseTip: point(8), mouthCenter: point(10),
                leftTragion: point(12), rightTragion: point(14)),
            score: 1 / (1 + exp(-min(max(logit, -100), 100))))
    }
}

/// The 1 x 1 convolutions that turn features into ``Predictions``.
struct PredictionHead {
    private let features: FeatureMap
    private let convolution: Convolution
    /// What the last call has filled.
    let predictions: Predictions

    init(
        _ name: String, features: FeatureMap, channels: Int, stride: Int, anchors: Int,
        of source: NetworkWeights
    ) throws(FaceError) {
        self.features = features
        convolution = try Self.convolution(name, channels: channels, anchors: anchors, of: source)
        predictions = Predictions(
            map: FeatureMap(
                width: features.width, height: features.height, channels: convolution.outputs),
            stride: stride, anchors: anchors)
    }

    /// Regressors and scores as one product.
    static func convolution(
        _ name: String, channels: Int, anchors: Int, of source: NetworkWeights
    ) throws(FaceError) -> Convolution {
        try Convolution(
            pointwise: [
                (name + ".regressor", anchors * Predictions.regressors), (name + ".classifier", anchors),
            ], inputs: channels, relu: false, of: source)
    }

    func callAsFunction(workers: Workers) -> Predictions {
        convolution(features, into: predictions.map, workers: workers)
        return predictions
    }
}
