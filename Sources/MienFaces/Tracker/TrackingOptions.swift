/// How faces are followed. Times are seconds of media time.
package struct TrackingOptions: Sendable, Equatable {
    /// The time between two searches of the whole frame while something changes away from known faces.
    package var searchInterval = 0.25
    /// How long a face that is out of sight keeps its identity.
    package var memory = 2.0
    /// Whether frames leave at once, as a live picture needs.
    ///
    /// Otherwise a frame waits for the two that follow it, and for the verdict on faces seen for the first
    /// time in it: at most ``longestHold`` seconds and ``mostFramesHeld`` frames (but always long enough to
    /// see the next frame).
    package var isLive = false
    /// The longest time a frame waits for a verdict.
    package var longestHold = 0.3
    /// The largest number of frames that wait.
    package var mostFramesHeld = 12
    /// With more faces than this, each is looked at on every second frame and interpolated between.
    /// A live tracker, which cannot look ahead, always looks at all of them.
    package var alternatesAbove = 8
    /// Whether each face is looked at twice, at two scales, and the two averaged: a third less jitter for
    /// twice the cost.
    package var looksTwice = false

    package init() {}
}
