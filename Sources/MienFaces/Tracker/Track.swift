/// A detection with what it looks like.
package struct Sighting: Sendable {
    package var detection: FaceDetection
    package var appearance: FaceAppearance?
    package var portrait: FacePortrait?
    /// Whether it may begin a track. What was detected in a region only may be anything that happens
    /// to be there; a new face is one that the search finds as well.
    package var isSearched: Bool

    package init(
        _ detection: FaceDetection, appearance: FaceAppearance? = nil, portrait: FacePortrait? = nil,
        isSearched: Bool = true
    ) {
        self.detection = detection
        self.appearance = appearance
        self.portrait = portrait
        self.isSearched = isSearched
    }

    var mayBegin: Bool { isSearched && detection.score >= Association.goodScore }
}

/// Whether a track is somebody yet.
package enum TrackState: Sendable, Equatable {
    /// Seen too little to be sure, or not recognised yet.
    case tentative
    case identified(id: Int)
    /// It was no face.
    case rejected
}

/// What is known of one face.
package struct Track: Sendable {
    /// Identifies the track inside the tracker, from its first sighting on.
    package let serial: Int
    /// The identity the user sees; nil while the face is tentative.
    package internal(set) var id: Int?
    /// The motion, brought forward to the current frame.
    package internal(set) var motion: MotionFilter
    /// The last detection.
    package internal(set) var last: FaceDetection
    package internal(set) var lastTime: Double
    package internal(set) var hits = 1
    /// Whether the face was searched for and not found since ``last``.
    package internal(set) var isLost = false
    /// Whether somebody else is where the face was: it is gone, and hides nobody.
    var isReplaced = false
    /// The scene of ``last``. A track of another scene has an appearance but no place.
    package internal(set) var scene: Int
    package internal(set) var gallery = AppearanceGallery()
    package internal(set) var portraits = PortraitGallery()
    /// What the face looked like when last seen, whether clearly or not.
    package internal(set) var lastAppearance: FaceAppearance?
    /// The eye distance over the box width, seen from the front.
    package internal(set) var usualRatio: Float?
    /// Where and when the face was first seen.
    let birthBox: FaceBox
    let birthTime: Double
    // When the score was last good.
    private(set) var goodTime: Double
    let birthFrame: Int
    var lastFrame: Int
    private var wasCrowded = false
    private var usualScore: Float
    // The latest centres, oldest first.
    private var trail: [Point] = []

    private static let trailLength = 4
    private static let clearScore: Float = 0.7

    init(serial: Int, sighting: Sighting, time: Double, frame: Int, scene: Int) {
        self.serial = serial
        self.scene = scene
        last = sighting.detection
        birthBox = last.box
        motion = MotionFilter(last.box)
        (birthTime, birthFrame, lastTime, lastFrame) = (time, frame, time, frame)
        goodTime = time
        trail = [last.box.center]
        usualScore = last.score
        lastAppearance = sighting.appearance
        learnAppearance(sighting, time)
    }

    /// Whether the face, when last seen, was about to be covered: overlapping another, or its score falling.
    var wasHiding: Bool { !isReplaced && (wasCrowded || last.score < 0.87 * usualScore) }

    /// The displacement over the last few sightings, in pixels.
    var heading: Point { trail.count > 1 ? last.box.center - trail[0] : Point(x: 0, y: 0) }

    /// Takes in a sighting. Among overlapping faces neither size nor looks are to be trusted.
    mutating func update(_ sighting: Sighting, time: Double, frame: Int, scene: Int, isCrowded: Bool) {
        if self.scene != scene || time - lastTime > 1 {
            // Found again elsewhere: how it moved before says nothing any more.
            motion = MotionFilter(sighting.detection.box)
            trail = []
        } else {
            motion.update(sighting.detection.box, keepsSize: isCrowded)
        }
        last = sighting.detection
        (lastTime, lastFrame) = (time, frame)
        if last.score >= Association.goodScore { goodTime = time }
        self.scene = scene
        hits += 1
        (isLost, isReplaced) = (false, false)
        trail.append(last.box.center)
        if trail.count > Self.trailLength { trail.removeFirst() }
        wasCrowded = isCrowded
        lastAppearance = sighting.appearance
        if !isCrowded { learnAppearance(sighting, time) }
        usualScore += 0.1 * (last.score - usualScore)
    }

    /// Whether a sighting where this face should be is somebody else's.
    func isStranger(_ sighting: Sighting, at time: Double) -> Bool {
        // What comes out from behind something is half hidden at first.
        guard let portrait = sighting.portrait, !(isLost && wasHiding) else { return false }
        let similarity = sighting.appearance.flatMap { gallery.similarity($0) } ?? 0
        return portraits.isStranger(
            portrait, at: time, isLikely: similarity >= Association.likelySimilarity,
            isCovered: sighting.detection.score < 0.93 * usualScore)
    }

    /// Whether the portraits of two faces that are so alike in their colours say that they are two.
    func isStranger(_ other: Track, similarity: Float) -> Bool {
        portraits.isStranger(
            to: other.portraits, isLikely: similarity >= Association.likelySimilarity)
    }

    /// How much another face looks like this one at best, by what is known and what was seen last.
    func similarity(_ other: Track) -> Float? {
        let now = other.lastAppearance.flatMap { gallery.similarity($0) }
        guard let before = gallery.similarity(other.gallery) else { return now }
        return max(now ?? before, before)
    }

    /// Remembers the looks, but not those of a face that is half hidden, which lowers its score.
    private mutating func learnAppearance(_ sighting: Sighting, _ time: Double) {
        guard last.score >= Self.clearScore else { return }
        if let appearance = sighting.appearance { gallery.add(appearance, at: time) }
        if let portrait = sighting.portrait { portraits.add(portrait, at: time) }
        learnRatio()
    }

    /// Follows the median of the ratio in small steps, so that no single detection matters.
    private mutating func learnRatio() {
        let pose = CropPose(last)
        guard pose.isFrontal else { return }
        let ratio = pose.eyeDistance / last.box.width
        usualRatio = usualRatio.map { $0 + min(max(ratio - $0, -0.01), 0.01) } ?? ratio
    }
}
