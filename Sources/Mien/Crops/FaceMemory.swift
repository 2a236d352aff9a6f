import MienFaces

/// What the faces in sight looked like when they were last encoded, so that one that still looks so need not be
/// encoded again.
///
/// What is compared with is always a crop that was encoded, never one that was held: small changes add up until
/// they are a large one.
package struct FaceMemory {
    private struct Look {
        let signature: CropSignature
        let pose: CropPose
        let scores: PendingScores
    }

    private struct Face {
        /// The last crop whose scores are known.
        var encoded: Look?
        /// A later one that has been sent to the encoder.
        var sent: Look?
        var lastSeen: Double
    }

    /// How long a face may be out of sight, in seconds, to be known when it comes back.
    private static let memory = 2.0

    private let distance: Float
    private var faces: [Int: Face] = [:]

    package init(distance: Double) { self.distance = Float(distance) }

    /// The scores that a face with this look still has; nil if it is to be encoded.
    ///
    /// - Parameter isBehind: Whether the encoder has more than it can do. Then twice the distance counts as no
    ///   change: a reading that is a little old is better than none.
    package mutating func scores(
        of face: Int, _ signature: CropSignature, at time: Double, isBehind: Bool = false
    ) -> PendingScores? {
        guard var known = faces[face] else { return nil }
        known.lastSeen = time
        if let sent = known.sent {
            switch sent.scores.state {
            case .ready: (known.encoded, known.sent) = (sent, nil)
            case .abandoned: known.sent = nil
            case .waiting: break
            }
        }
        faces[face] = known
        // While a newer look is on its way, it is the one to be like.
        guard let look = known.sent ?? known.encoded else { return nil }
        return signature.distance(to: look.signature) <= (isBehind ? 2 * distance : distance)
            ? look.scores : nil
    }

    /// Where the crop lay that the face is compared with: there, a face that keeps still looks the same, however its
    /// box trembles.
    package func pose(of face: Int) -> CropPose? { (faces[face]?.sent ?? faces[face]?.encoded)?.pose }

    /// Notes that a crop of the face goes to the encoder.
    package mutating func send(
        _ face: Int, _ signature: CropSignature, at pose: CropPose, _ scores: PendingScores, at time: Double
    ) {
        faces[face, default: Face(lastSeen: time)].sent = Look(
            signature: signature, pose: pose, scores: scores)
        faces[face]?.lastSeen = time
    }

    /// Forgets faces that have been out of sight.
    package mutating func forget(at time: Double) {
        guard faces.contains(where: { time - $0.value.lastSeen > Self.memory }) else { return }
        faces = faces.filter { time - $0.value.lastSeen <= Self.memory }
    }
}
