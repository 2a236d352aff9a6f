/// The detections of one frame, from whatever region they came, each face once.
package struct DetectionPool: Sendable {
    /// A face, and whether a search of the whole frame has found it, alone or too.
    package struct Find: Sendable {
        package var detection: FaceDetection
        package var isSearched: Bool
    }

    // By rank, best first; of equals the first added.
    private var all: [(find: Find, rank: Float)] = []
    private var kept: [Find] = []

    // Detection in a region places a face better than a search that found it as well.
    private static let lookLead: Float = 0.1
    // Two boxes are one face if they share this much of their union, or of the smaller one.
    private static let sameUnion: Float = 0.4
    private static let samePart: Float = 0.8
    // A face near the region's edge is cut off; its own region shows it whole.
    private static let centralPart: Float = 0.4

    package init() {}

    /// Forgets all detections and keeps their memory.
    package mutating func removeAll() { all.removeAll(keepingCapacity: true) }

    /// Adds what a search of the whole frame found.
    package mutating func add(searched detections: [FaceDetection]) {
        for detection in detections where Self.isUsable(detection) {
            insert(Find(detection: detection, isSearched: true), rank: detection.score)
        }
    }

    /// Adds the faces found in a square region.
    package mutating func add(inRegion detections: [FaceDetection], center: Point, side: Float) {
        for detection in detections where Self.isUsable(detection) {
            let offset = detection.box.center - center
            guard max(abs(offset.x), abs(offset.y)) <= Self.centralPart * side else { continue }
            insert(Find(detection: detection, isSearched: false), rank: detection.score + Self.lookLead)
        }
    }

    private mutating func insert(_ find: Find, rank: Float) {
        all.insert((find, rank), at: all.firstIndex { $0.rank < rank } ?? all.count)
    }

    /// The finds without repetitions, best first.
    package mutating func distinct() -> [Find] {
        kept.removeAll(keepingCapacity: true)
        for (find, _) in all {
            if let same = kept.firstIndex(where: { Self.isSame($0.detection.box, find.detection.box) }) {
                kept[same].isSearched = kept[same].isSearched || find.isSearched
            } else {
                kept.append(find)
            }
        }
        return kept
    }

    private static func isSame(_ a: FaceBox, _ b: FaceBox) -> Bool {
        let smaller = min(a.width * a.height, b.width * b.height)
        return a.overlap(b) > sameUnion || a.sharedArea(b) > samePart * smaller
    }

    /// Two detections of the same faces: those in both averaged, the others as they are.
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
