import Foundation

/// Decides which sighting is which track.
///
/// In the order of certainty: good detections against all tracks that are or just were in sight; weak
/// detections against those in sight; then what is left against where and how lost faces were last seen.
/// All decisions of a stage are taken together (``Matching``), at the least total cost, whatever region of the
/// frame a detection came from.
package enum Association {
    /// The least score of a detection that may begin a track or end a loss.
    package static let goodScore: Float = 0.6
    /// The least score that continues a track.
    package static let weakScore: Float = 0.4
    /// How long weak detections alone continue a track.
    package static let maximumWeakness = 0.5
    /// How long a lost face is expected where its motion would have taken it.
    package static let coasting = 0.5
    /// The similarity that identifies a face by its looks alone.
    package static let sureSimilarity: Float = 0.7
    /// The similarity at which portraits need not be as alike as else.
    package static let likelySimilarity: Float = 0.88

    // What a face must resemble a lost one by, to be it: where it was expected, and farther off.
    package static let hiddenSimilarity: Float = 0.3
    private static let expectedSimilarity: Float = 0.55
    package static let pathSimilarity: Float = 0.55
    private static let farSimilarity: Float = 0.65

    /// One round of decisions.
    enum Stage {
        /// Good detections against tracks that are or just were in sight.
        case expected
        /// Weak detections against tracks in sight.
        case weak
        /// Good detections against where and how any face was last seen.
        case anywhere

        /// The scores of the detections it is about.
        var scores: Range<Float> {
            self == .weak ? weakScore..<goodScore : goodScore..<Float.infinity
        }
    }

    /// In the order of certainty.
    static let stages: [Stage] = [.expected, .weak, .anywhere]

    static func isEligible(_ track: Track, for stage: Stage, _ time: Double) -> Bool {
        switch stage {
        case .expected: !track.isLost || time - track.lastTime <= coasting
        case .weak: !track.isLost && track.id != nil && time - track.goodTime <= maximumWeakness
        case .anywhere: true
        }
    }

    /// The cost of taking a sighting for a track, or nil if it cannot be the same face.
    static func cost(_ track: Track, _ sighting: Sighting, in stage: Stage, _ time: Double) -> Float? {
        stage == .anywhere ? pathCost(track, sighting, time) : expectedCost(track, sighting, time)
    }

    /// The cost of a sighting near where the track should be, or nil if it cannot be the same face.
    private static func expectedCost(_ track: Track, _ sighting: Sighting, _ time: Double) -> Float? {
        let predicted = track.motion.box
        let box = sighting.detection.box
        let width = (predicted.width + box.width) / 2
        let overlap = predicted.overlap(box)
        let distance = (predicted.center - box.center).length / width
        guard overlap >= 0.2 || distance <= reach(track, time), isLike(predicted, box),
            !track.isStranger(sighting, at: time)
        else { return nil }
        let similarity = sighting.appearance.flatMap { track.gallery.similarity($0) }
        if track.isLost, let similarity, similarity < expectedSimilarity { return nil }
        // Two finds some way apart are one face only if they look it.
        if track.hits == 1 && distance > 0.6, let similarity, similarity < pathSimilarity { return nil }
        var cost = 1 - overlap + 0.5 * (1 - (similarity ?? 1))
        cost += 0.5 * min(landmarkDistance(track, sighting.detection) / width, 1)
        cost += 0.2 * turn(track, to: box.center, width)
        // A face in sight has the first claim.
        return track.isLost ? cost + 0.2 : cost
    }

    /// How far from the prediction a face may be, in face widths.
    private static func reach(_ track: Track, _ time: Double) -> Float {
        // Nothing is known yet of the motion of a face seen once.
        let unknown = track.hits == 1 ? 8 * Float(time - track.lastTime) : 0
        return min(max(0.6 + unknown, 3 * track.motion.uncertainty), track.hits == 1 ? 1 : 1.5)
    }

    /// The cost of a sighting on the way from where a face was last seen to where it would be by now, or,
    /// for one that looks the same, farther away.
    private static func pathCost(_ track: Track, _ sighting: Sighting, _ time: Double) -> Float? {
        let box = sighting.detection.box
        guard isLike(track.last.box, box) else { return nil }
        let (distance, slack) = detour(track, to: box, time)
        guard distance <= 3 * slack, !track.isStranger(sighting, at: time) else { return nil }
        guard let appearance = sighting.appearance, let similarity = track.gallery.similarity(appearance)
        else {
            return distance <= slack ? distance : nil
        }
        guard similarity >= (distance <= slack ? pathSimilarity : farSimilarity) else { return nil }
        return distance / slack * 0.3 + 2 * (1 - similarity)
    }

    /// Whether a lost face, going on or staying, may have come to be in `box` by `time`.
    package static func isOnPath(_ track: Track, _ box: FaceBox, _ time: Double) -> Bool {
        let (distance, slack) = detour(track, to: box, time)
        return distance <= slack && isLike(track.last.box, box)
    }

    /// Whether a face that was about to be covered has come out where, and moving as, it would have.
    package static func isContinuation(_ track: Track, of lost: Track) -> Bool {
        guard lost.wasHiding, isLike(lost.last.box, track.last.box) else { return false }
        let width = track.motion.width
        let (now, before) = (track.motion.velocity, lost.motion.velocity)
        let isTurned = min(now.length, before.length) > 0.5 * width && now.x * before.x + now.y * before.y < 0
        return !isTurned && (track.motion.center - lost.motion.center).length <= 0.5 * width
    }

    /// The distance of a box from the line between where a face was last seen and where its motion has
    /// taken it, in face widths, and how much of it is no surprise.
    private static func detour(
        _ track: Track, to box: FaceBox, _ time: Double
    ) -> (distance: Float, slack: Float) {
        let width = (track.last.box.width + box.width) / 2
        let start = track.last.box.center
        let way = track.motion.center - start
        let offset = box.center - start
        let along = (way.x * offset.x + way.y * offset.y) / max(way.length * way.length, 1e-6)
        let nearest = way.scaled(by: min(max(along, 0), 1))
        // Faces walk: the longer out of sight, the farther.
        return ((offset - nearest).length / width, 0.6 + 0.5 * Float(min(max(time - track.lastTime, 0), 2)))
    }

    private static func isLike(_ a: FaceBox, _ b: FaceBox) -> Bool {
        let ratio = a.width / b.width
        return ratio <= 1.6 && ratio >= 1 / 1.6
    }

    /// The mean distance of the landmarks from where the motion has taken them.
    private static func landmarkDistance(_ track: Track, _ detection: FaceDetection) -> Float {
        let growth = track.motion.width / track.last.box.width
        let (before, now) = (track.last.box.center, track.motion.center)
        let (points, others) = (track.last.landmarks.points, detection.landmarks.points)
        var sum: Float = 0
        for index in points.indices {
            sum += (now + (points[index] - before).scaled(by: growth) - others[index]).length
        }
        return sum / 6
    }

    /// How much the track would have to turn, 0...1; 0 while it hardly moves.
    private static func turn(_ track: Track, to center: Point, _ width: Float) -> Float {
        let heading = track.heading
        let step = center - track.last.box.center
        guard heading.length > 0.15 * width && step.length > 0.15 * width else { return 0 }
        let cosine = (heading.x * step.x + heading.y * step.y) / (heading.length * step.length)
        return acos(min(max(cosine, -1), 1)) / .pi
    }
}
