/// Gives every frame of a copied video its time, in units of the source's time base.
///
/// Times are the source's own as long as they rise, which is what a container of encoded video needs:
/// 1. A frame keeps its presentation timestamp; one without has the time that its reader derived.
/// 2. A copy that is `rebased`, of a part or of a source that begins before zero, is moved as a whole, so that
///    it begins at zero.
/// 3. Where the source's time jumps back, the copy goes on one step after the frame before, and what follows is
///    moved by the same amount. Times that repeat or step back by less than a step are one unit apart.
package struct OutputClock {
    private let timeBase: Rational
    /// The length of a frame at the nominal rate.
    private let step: Int64
    private let isRebased: Bool
    /// The presentation timestamp of second 0.
    private var origin: Int64?
    private var last: Int64?

    /// What has to be added to a source's time: 0 for an exact copy.
    package private(set) var shift: Int64 = 0
    /// The number of frames that did not come after the one before in the source.
    package private(set) var repairs = 0
    /// The distance between the last two frames, or nil before the second.
    private var lastStep: Int64?

    package init(timeBase: Rational, frameRate: Rational?, isRebased: Bool) {
        self.timeBase = timeBase
        let rate = frameRate ?? FrameClock.assumedFrameRate
        step = max(1, Int64(min((1 / rate.value / timeBase.value).rounded(), 1e15)))
        self.isRebased = isRebased
    }

    /// The source's time of a frame.
    package mutating func sourceTime(pts: Int64?, timestamp: Double) -> Int64 {
        let ticks = Int64(max(-1e15, min(timestamp / timeBase.value, 1e15)).rounded())
        // Damaged files have any number for a time; this far from the ends, sums do not overflow.
        let pts = pts.map { max(-1 << 60, min($0, 1 << 60)) }
        if let pts, origin == nil { origin = pts - ticks }
        return pts ?? ticks + (origin ?? 0)
    }

    /// The copy's time of the next frame.
    package mutating func time(pts: Int64?, timestamp: Double) -> Int64 {
        let source = sourceTime(pts: pts, timestamp: timestamp)
        guard let last else {
            if isRebased || source < 0 { shift = -source }
            self.last = source + shift
            return source + shift
        }
        var time = source + shift
        if time <= last {
            repairs += 1
            if last - time < step {
                time = last + 1
            } else {
                time = last + step
                shift = time - source
            }
        }
        lastStep = time - last
        self.last = time
        return time
    }

    /// How long the last frame is shown where its source does not say: as long as the one before.
    package var nominalDuration: Int64 { lastStep ?? step }
}
