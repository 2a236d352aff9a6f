/// Joins the many detections of each face into one: BlazeFace's replacement for non-maximum suppression
/// (arXiv 1907.05047, section 3.3).
///
/// The best detection is joined with all that overlap it, their boxes and landmarks averaged with the
/// scores as weights, which steadies them from frame to frame; then the best of the rest, and so on.
///
/// A value keeps its working memory from call to call.
package struct WeightedSuppression {
    /// The intersection over union above which two detections are of the same face.
    package var overlap: Float
    /// Only this many of the best detections are taken: a bound for pictures full of false alarms.
    package var limit: Int
    private var sorting = MergeSort<FaceDetection>()

    package init(overlap: Float = 0.3, limit: Int = 2048) {
        self.overlap = overlap
        self.limit = limit
    }

    /// Appends the joined detections to `faces`, best first, each with the score of its best detection.
    /// `detections` is used up and keeps its capacity.
    package mutating func callAsFunction(_ detections: inout [FaceDetection], to faces: inout [FaceDetection])
    {
        sorting(&detections, by: Self.isBetter)
        if detections.count > limit {
            detections.removeLast(detections.count - limit)
        }
        while let best = detections.first {
            var mean = WeightedMean()
            var rest = 0
            // By index: a loop over the array would hold on to it, and the first change copy it.
            for index in detections.indices {
                let detection = detections[index]
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
    private var corner = Point(x: 0, y: 0)
    private var size = Point(x: 0, y: 0)
    private var landmarks = FaceLandmarks(repeating: Point(x: 0, y: 0))

    mutating func add(_ face: FaceDetection) {
        weight += face.score
        corner.add(Point(x: face.box.x, y: face.box.y), weight: face.score)
        size.add(Point(x: face.box.width, y: face.box.height), weight: face.score)
        landmarks.leftEye.add(face.landmarks.leftEye, weight: face.score)
        landmarks.rightEye.add(face.landmarks.rightEye, weight: face.score)
        landmarks.noseTip.add(face.landmarks.noseTip, weight: face.score)
        landmarks.mouthCenter.add(face.landmarks.mouthCenter, weight: face.score)
        landmarks.leftTragion.add(face.landmarks.leftTragion, weight: face.score)
        landmarks.rightTragion.add(face.landmarks.rightTragion, weight: face.score)
    }

    func face(score: Float) -> FaceDetection {
        FaceDetection(
            box: FaceBox(
                x: corner.x / weight, y: corner.y / weight, width: size.x / weight,
                height: size.y / weight),
            landmarks: landmarks.map { Point(x: $0.x / weight, y: $0.y / weight) }, score: score)
    }
}

extension FaceLandmarks {
    fileprivate init(repeating point: Point) {
        self.init(
            leftEye: point, rightEye: point, noseTip: point, mouthCenter: point, leftTragion: point,
            rightTragion: point)
    }
}

extension Point {
    fileprivate mutating func add(_ other: Point, weight: Float) {
        x += weight * other.x
        y += weight * other.y
    }
}
