/// The detections of one frame, from whatever region they came, each face once.
package struct DetectionPool: Sendable {
    private var all: [(detection: FaceDetection, rank: Float)] = []

    // A look at close range places a face better than a search that found it as well.
    private static let lookLead: Float = 0.1
    // Two boxes are one face if they share this much of their union, or of the smaller one.
    private static let sameUnion: Float = 0.4
    private static let samePart: Float = 0.8
    // A face near the region's edge is cut off; its own region shows it whole.
    private static let centralPart: Float = 0.4

    package init() {}

    /// Adds what a search of the whole frame found.
    package mutating func add(searched detections: [FaceDetection]) {
        for detection in detections where Self.isUsable(detection) {
            all.append((detection, detection.score))
        }
    }

    /// Adds what a look at a square region found.
    package mutating func add(looked detections: [FaceDetection], center: Point, side: Float) {
        for detection in detections where Self.isUsable(detection) {
            let offset = detection.box.center - center
            guard max(abs(offset.x), abs(offset.y)) <= Self.centralPart * side else { continue }
            all.append((detection, detection.score + Self.lookLead))
        }
    }

    /// The detections without repetitions, best first.
    package func distinct() -> [FaceDetection] {
        var kept: [FaceDetection] = []
        let order = all.indices.sorted { (all[$0].rank, $1) > (all[$1].rank, $0) }
        for index in order {
            let box = all[index].detection.box
            let isRepetition = kept.contains { other in
                let shared = other.box.sharedArea(box)
                let smaller = min(other.box.width * other.box.height, box.width * box.height)
                return other.box.overlap(box) > Self.sameUnion || shared > Self.samePart * smaller
            }
            if !isRepetition { kept.append(all[index].detection) }
        }
        return kept
    }

    /// Two looks at the same faces: those that both saw averaged, the others as they are.
    package static func averaged(_ a: [FaceDetection], _ b: [FaceDetection]) -> [FaceDetection] {
        var rest = b
        let both = a.map { first in
            guard
                let match = rest.indices.max(by: {
                    rest[$0].box.overlap(first.box) < rest[$1].box.overlap(first.box)
                }),
                rest[match].box.overlap(first.box) > 0.5
            else { return first }
            return first.averaged(with: rest.remove(at: match))
        }
        return both + rest
    }

    private static func isUsable(_ detection: FaceDetection) -> Bool {
        detection.box.isUsable && detection.landmarks.isFinite && detection.score >= Association.weakScore
    }
}

extension FaceDetection {
    func averaged(with other: FaceDetection) -> FaceDetection {
        let marks = other.landmarks
        let mine = landmarks
        return FaceDetection(
            box: FaceBox(
                x: (box.x + other.box.x) / 2, y: (box.y + other.box.y) / 2,
                width: (box.width + other.box.width) / 2, height: (box.height + other.box.height) / 2),
            landmarks: FaceLandmarks(
                leftEye: mine.leftEye.midpoint(marks.leftEye),
                rightEye: mine.rightEye.midpoint(marks.rightEye),
                noseTip: mine.noseTip.midpoint(marks.noseTip),
                mouthCenter: mine.mouthCenter.midpoint(marks.mouthCenter),
                leftTragion: mine.leftTragion.midpoint(marks.leftTragion),
                rightTragion: mine.rightTragion.midpoint(marks.rightTragion)),
            score: (score + other.score) / 2)
    }
}
