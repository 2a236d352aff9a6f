/// The latest portraits of one face, by which another one in its place is noticed.
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
    // How many times more than usual a face may differ.
    private static let surprise: Float = 6
    // Frames farther apart than this are pictures of their own.
    private static let stillTime = 0.1
    private static let spacing = 0.2
    private static let size = 5

    private var latest: (portrait: FacePortrait, time: Double)?
    private var kept: [(portrait: FacePortrait, time: Double)] = []
    // How much the face's portraits differ from one to the next: a poor detector places them differently every time.
    private var usual: Float = 0.0035
    private var count = 1

    package init() {}

    /// Whether a face in this one's place is another.
    ///
    /// - Parameters:
    ///   - isLikely: Whether something else speaks for its being the same.
    ///   - isCovered: Whether something may be in front of part of the face, which then changes gradually.
    package func isStranger(
        _ portrait: FacePortrait, at time: Double, isLikely: Bool, isCovered: Bool
    ) -> Bool {
        guard let (before, now) = differences(portrait) else { return false }
        let surprising = surprising(at: time)
        return min(before, now) > max(isLikely || isCovered ? Self.likely : Self.same, surprising)
            || before > max(Self.gradual, surprising) && !isCovered
    }

    /// The difference that would be surprising of this face.
    private func surprising(at time: Double) -> Float {
        // Of a face seen once nothing is known, but that neighbouring frames resemble each other.
        let isAlone = count == 1 && latest.map { time - $0.time >= Self.stillTime } ?? true
        return isAlone ? 0 : Self.surprise * usual
    }

    /// Whether all that is known of a lost face says that this is another.
    package func isStranger(to lost: PortraitGallery, isLikely: Bool) -> Bool {
        guard let latest, let theirs = lost.differences(latest.portrait) else { return false }
        // This one's first portraits may be half of the other.
        let least = min(theirs.before, theirs.now)
        return least > max(isLikely ? Self.likely : Self.same, lost.surprising(at: latest.time))
    }

    /// Takes in the portrait of this face at a time.
    package mutating func add(_ portrait: FacePortrait, at time: Double) {
        guard let (before, now) = differences(portrait), let latest, let last = kept.last else {
            latest = (portrait, time)
            kept = [(portrait, time)]
            return
        }
        count += 1
        usual += max(1 / Float(count), 0.1) * (now - usual)
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
    private func differences(_ portrait: FacePortrait) -> (before: Float, now: Float)? {
        guard let latest else { return nil }
        let before = kept.reduce(Float.infinity) { min($0, $1.portrait.difference(portrait)) }
        return (before, latest.portrait.difference(portrait))
    }
}
