/// What one face has looked like lately, to notice when another one is in its place.
///
/// Between two frames a face changes little, however its head turns. So a face that differs from the latest
/// portrait, and from a few of the last second, is another. A picture that is blended over into another one
/// changes little from frame to frame, too: the portraits of the last second, which are only taken when they
/// resemble those before or after some time, must not differ much either.
package struct PortraitGallery: Sendable {
    /// The greatest difference of a face that is recognisably the same.
    package static let same: Float = 0.0017
    /// The greatest difference where something else speaks for it: that it is being covered, or its colours.
    package static let likely: Float = 0.004
    // The greatest difference from the portraits of before, among neighbouring frames that are alike.
    private static let gradual: Float = 0.006
    // A portrait that differs no more than this becomes the latest at once, and one of those to keep; others may
    // be half of someone else, and wait.
    private static let clear: Float = 0.0006
    private static let wait = (latest: 0.08, kept: 0.4)
    private static let spacing = 0.2
    private static let size = 5

    private var latest: (portrait: FacePortrait, time: Double)?
    private var kept: [(portrait: FacePortrait, time: Double)] = []

    package init() {}

    /// Whether a face in this one's place is another.
    ///
    /// - Parameters:
    ///   - isLikely: Whether something else speaks for its being the same.
    ///   - isCovered: Whether something may be in front of part of the face, which then changes gradually.
    package func isStranger(_ portrait: FacePortrait, isLikely: Bool, isCovered: Bool) -> Bool {
        guard let (before, now) = differences(portrait) else { return false }
        return min(before, now) > (isLikely || isCovered ? Self.likely : Self.same)
            || before > Self.gradual && !isCovered
    }

    /// Whether all that is known of two faces says that they are two.
    package func isStranger(_ other: PortraitGallery, isLikely: Bool) -> Bool {
        guard latest != nil, let theirs = other.latest else { return false }
        let least = (other.kept + [theirs]).reduce(Float.infinity) { least, theirs in
            guard let (before, now) = differences(theirs.portrait) else { return least }
            return min(least, before, now)
        }
        return least > (isLikely ? Self.likely : Self.same)
    }

    /// Takes in the portrait of this face at a time.
    package mutating func add(_ portrait: FacePortrait, at time: Double) {
        guard let (before, now) = differences(portrait), let latest, let last = kept.last else {
            latest = (portrait, time)
            kept = [(portrait, time)]
            return
        }
        if min(before, now) <= Self.clear || time - latest.time >= Self.wait.latest {
            self.latest = (portrait, time)
        }
        let age = time - last.time
        guard age >= (before <= Self.clear ? Self.spacing : Self.wait.kept) else { return }
        if kept.count == Self.size { kept.removeFirst() }
        kept.append((portrait, time))
    }

    /// Takes over what was known of the same face before.
    package mutating func add(contentsOf other: PortraitGallery) {
        kept = Array((other.kept + kept).suffix(Self.size))
        latest = latest ?? other.latest
    }

    /// The least difference from the portraits kept, and that from the latest.
    private func differences(_ portrait: FacePortrait) -> (kept: Float, latest: Float)? {
        guard let latest else { return nil }
        let before = kept.reduce(Float.infinity) { min($0, $1.portrait.difference(portrait)) }
        return (before, latest.portrait.difference(portrait))
    }
}
