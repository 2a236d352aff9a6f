import Foundation
import MienFaces
import Testing

@Suite struct PredictionTests {
    /// The first and the last anchor of each grid, and what the regressors are relative to.
    @Test(arguments: [(8, 2, 16), (16, 6, 8), (4, 1, 48)])
    func facesAreOffsetsFromTheAnchors(stride: Int, anchors: Int, cells: Int) throws {
        let channels = (anchors * (Predictions.regressors + 1) + 7) / 8 * 8
        let map = FeatureMap(width: cells, height: cells, channels: channels)
        for y in 0..<cells {
            for x in 0..<cells {
                for anchor in 0..<anchors {
                    map.features(x: x, y: y)[anchors * Predictions.regressors + anchor] = -9
                }
            }
        }
        let predictions = Predictions(map: map, stride: stride, anchors: anchors)
        let ends = [(map.features(x: 0, y: 0), 0), (map.features(x: cells - 1, y: cells - 1), anchors - 1)]
        for (cell, anchor) in ends {
            cell[anchors * Predictions.regressors + anchor] = 2
            for regressor in 0..<Predictions.regressors {
                cell[anchor * Predictions.regressors + regressor] = Float(regressor)
            }
        }
        var faces: [FaceDetection] = []
        predictions.appendFaces(threshold: 0.5, to: &faces)
        try #require(faces.count == 2)
        for (face, index) in zip(faces, [0, cells - 1]) {
            let center = (Float(index) + 0.5) * Float(stride)
            #expect(face.box == FaceBox(x: center - 1, y: center + 1 - 1.5, width: 2, height: 3))
            #expect(face.landmarks.leftEye == Point(x: center + 4, y: center + 5))
            #expect(face.landmarks.rightEye == Point(x: center + 6, y: center + 7))
            #expect(face.landmarks.mouthCenter == Point(x: center + 10, y: center + 11))
            #expect(face.landmarks.rightTragion == Point(x: center + 14, y: center + 15))
            #expect(abs(face.score - 1 / (1 + exp(-2))) < 1e-6)
        }
    }

    @Test func suppressionAveragesByScore() throws {
        // Two of one face (overlap 0.6), one of another, given worst first.
        var detections = [
            face(x: 100, score: 0.3), face(x: 2.5, score: 0.2), face(x: 0, score: 0.8),
        ]
        var faces: [FaceDetection] = []
        suppress(&detections, to: &faces)
        try #require(faces.count == 2)
        #expect(detections.isEmpty)
        #expect(abs(faces[0].box.x - 0.5) < 1e-6)
        #expect(abs(faces[0].landmarks.noseTip.x - 5.5) < 1e-6)
        #expect(faces[0].score == 0.8)
        #expect(faces[1] == face(x: 100, score: 0.3))
    }

    @Test func suppressionSurvivesDegenerateBoxes() {
        var detections = [face(x: 0, score: 0.9), face(x: 0, score: 0.8)]
        detections[0].box.width = 0
        detections[1].box.width = -3
        var faces: [FaceDetection] = []
        suppress(&detections, to: &faces)
        #expect(faces.map(\.score) == [0.9, 0.8])
    }

    @Test func suppressionIgnoresTheOrderOfItsInput() {
        let all = (0..<12).map { face(x: Float($0 * 5 % 12), score: 0.5 + Float($0 % 3) / 10) }
        var (forwards, backwards) = (all, Array(all.reversed()))
        var (first, second): ([FaceDetection], [FaceDetection]) = ([], [])
        suppress(&forwards, to: &first)
        suppress(&backwards, to: &second)
        #expect(first == second)
    }

    private func suppress(_ detections: inout [FaceDetection], to faces: inout [FaceDetection]) {
        var suppression = WeightedSuppression()
        suppression(&detections, to: &faces)
    }

    private func face(x: Float, score: Float) -> FaceDetection {
        let point = Point(x: x + 5, y: 5)
        return FaceDetection(
            box: FaceBox(x: x, y: 0, width: 10, height: 10),
            landmarks: FaceLandmarks(
                leftEye: point, rightEye: point, noseTip: point, mouthCenter: point, leftTragion: point,
                rightTragion: point), score: score)
    }
}
