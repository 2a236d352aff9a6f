/// A detection with what it looks like.
package struct Sighting: Sendable {
    package var detection: FaceDetection
    package var appearance: FaceAppearance?

    package init(_ detection: FaceDetection, appearance: FaceAppearance? = nil) {
        self.detection = detection
        self.appearance = appearance
    }
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
    /// Whether the face was looked for and not found since ``last``.
    package internal(set) var isLost = false
    /// The scene of ``last``. A track of another scene has an appearance but no place.
    package internal(set) var scene: Int
    package internal(set) var gallery = AppearanceGallery()
    /// The eye distance over the box width, seen from the front.
    package internal(set) var usualRatio: Float?
    let birthTime: Double
    let birthFrame: Int
    var lastFrame: Int
    // The latest centres, oldest first.
    private var trail: [Point] = []

    private static let trailLength = 4

    init(serial: Int, sighting: Sighting, time: Double, frame: Int, scene: Int) {
        self.serial = serial
        self.scene = scene
        last = sighting.detection
        motion = MotionFilter(last.box)
        (birthTime, birthFrame, lastTime, lastFrame) = (time, frame, time, frame)
        trail = [last.box.center]
        if let appearance = sighting.appearance { gallery.add(appearance, at: time) }
        learnRatio()
    }

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
        self.scene = scene
        hits += 1
        isLost = false
        trail.append(last.box.center)
        if trail.count > Self.trailLength { trail.removeFirst() }
        guard !isCrowded else { return }
        if let appearance = sighting.appearance { gallery.add(appearance, at: time) }
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
