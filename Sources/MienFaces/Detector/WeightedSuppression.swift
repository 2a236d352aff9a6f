/// Joins the many detections of each face into one: BlazeFace's replacement for non-maximum suppression
/// (arXiv 1907.05047, section 3.3).
///
/// The best detection is joined with all that overlap it, their boxes and landmarks averaged with the
/// scores as weights, which steadies them from frame to frame; then the best of the rest, and so on.
struct WeightedSuppression {
    /// The intersection over union above which two detections are of the same face.
    var overlap: Float = 0.3
    /// Only this many of the best detections are looked at: a bound for pictures full of false alarms.
    var limit = 2048

    /// Appends the joined detections to `faces`, best first, each with the score of its best detection.
    /// `detections` is used up and keeps its capacity.
    func callAsFunction(_ detections: inout [FaceDetection], to faces: inout [FaceDetection]) {
        detections.sort(by: Self.isBetter)
        if detections.count > limit {
            detections.removeLast(detections.count - limit)
        }
        while let best = detections.first {
            var mean = WeightedMean()
            var rest = 0
            for detection in detections {
                // The best overlaps itself, unless its box is degenerate.
                if detection == best || best.box.overlap(detection.box) > overlap {
                    mean.add(detection)
                } else {
                    detections[rest] = detection
                    rest += 1
                }
            }
            detections.removeLast(detections.count - rest)
            faces.append(mean.face(score: best.score))
        }
    }

    /// By score; equal scores by place, so that the order of the input does not matter.
    static func isBetter(_ a: FaceDetection, than b: FaceDetection) -> Bool {
        (a.score, -a.box.y, -a.box.x) > (b.score, -b.box.y, -b.box.x)
    }
}

/// The score-weighted mean of detections.
private struct WeightedMean {
    private var weight: Float = 0
    private var sum = InlineArray<16, Float>(repeating: 0)

    mutating func add(_ face: FaceDetection) {
        weight += face.score
        for index in sum.indices {
            sum[index] += face.score * face[coordinate: index]
        }
    }

    func face(score: Float) -> FaceDetection {
        func point(_ index: Int) -> Point {
            Point(x: sum[index] / weight, y: sum[index + 1] / weight)
        }
        let (corner, size) = (point(0), point(2))
        return FaceDetection(
            box: FaceBox(x: corner.x, y: corner.y, width: size.x, height: size.y),
            landmarks: FaceLandmarks(
                leftEye: point(4), rightEye: point(6), noseTip: point(8), mouthCenter: point(10),
                leftTragion: point(12), rightTragion: point(14)), score: score)
    }
}

extension FaceDetection {
    /// The numbers of a detection in one row: box, then landmarks.
    fileprivate subscript(coordinate index: Int) -> Float {
        switch index {
        case 0: box.x
        case 1: box.y
        case 2: box.width
        case 3: box.height
        case 4: landmarks.leftEye.x
        case 5: landmarks.leftEye.y
        case 6: landmarks.rightEye.x
        case 7: landmarks.rightEye.y
        case 8: landmarks.noseTip.x
        case 9: landmarks.noseTip.y
        case 10: landmarks.mouthCenter.x
        case 11: landmarks.mouthCenter.y
        case 12: landmarks.leftTragion.x
        case 13: landmarks.leftTragion.y
        case 14: landmarks.rightTragion.x
        default: landmarks.rightTragion.y
        }
    }
}
