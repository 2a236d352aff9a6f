/// The regions in which the known faces of a frame are detected.
package struct RegionPlan: Sendable {
    /// A square in which one face is expected.
    package struct Region: Sendable, Equatable {
        package var center: Point
        /// The longer side of the face's box.
        package var faceSide: Float
        /// By how much the region is turned beforehand.
        package var roll: Float
    }

    /// Faces are found best at this share of the region.
    package static let scale: Float = 2.2
    /// The two scales of a double detection.
    package static let doubleScales: (first: Float, second: Float) = (2, 2.6)

    package private(set) var regions: [Region] = []
    /// The serials of the tracks whose turn it is not.
    package private(set) var unseen: [Int] = []

    package init() {}

    /// Plans anew, in the memory of the plan before.
    ///
    /// - Parameters:
    ///   - found: What a search of the whole frame has found already; where there are many faces, no second
    ///     region is spent on those.
    ///   - frame: A running number, whose parity decides whose turn it is.
    package mutating func update(
        _ tracks: [Track], scene: Int, time: Double, frame: Int, found: [DetectionPool.Find]?,
        options: TrackingOptions
    ) {
        regions.removeAll(keepingCapacity: true)
        unseen.removeAll(keepingCapacity: true)
        let presentCount = tracks.count { $0.scene == scene }
        let isCrowd = presentCount > options.alternatesAbove && !options.isLive
        for track in tracks where track.scene == scene {
            let box = track.motion.box
            if isCrowd {
                if let found {
                    if found.contains(where: { $0.detection.box.overlap(box) > 0.3 }) { continue }
                } else if track.hits > 2 && !track.isLost && (track.serial + frame) % 2 == 1 {
                    unseen.append(track.serial)
                    continue
                } else if track.isLost && (track.serial + frame) % 4 != 0 {
                    // Among many, a lost face waits for the next search most of the time.
                    continue
                }
            }
            regions.append(Region(track, time: time))
        }
    }
}

extension RegionPlan.Region {
    // The detector is sure up to about this tilt, in radians: 25 degrees.
    private static let uprightRoll: Float = 0.44

    /// Where `track`, whose motion has been brought forward to `time`, should be.
    init(_ track: Track, time: Double) {
        let box = track.motion.box
        let isCoasting = !track.isLost || time - track.lastTime <= Association.coasting
        let tilt = CropPose(track.last).roll
        self.init(
            center: isCoasting ? box.center : track.last.box.center, faceSide: max(box.width, box.height),
            roll: abs(tilt) > Self.uprightRoll ? tilt : 0)
    }
}
