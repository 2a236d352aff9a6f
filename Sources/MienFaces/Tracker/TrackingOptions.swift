/// How faces are followed. Times are seconds of media time.
package struct TrackingOptions: Sendable, Equatable {
    /// The time between two searches of the whole frame while something changes away from known faces.
    package var searchInterval = 0.25
    /// How long a face that is out of sight keeps its identity.
    package var memory = 2.0
    /// Whether frames leave at once, as a live picture needs.
    ///
    /// Otherwise a frame waits for the two that follow it, and for certainty about faces seen for the first
    /// time in it: at most ``maximumDelay`` seconds and ``maximumFrames`` frames (but always long enough to
    /// see the next frame).
    package var isLive = false
    /// The longest time a frame waits for certainty.
    package var maximumDelay = 0.3
    /// The largest number of frames that wait.
    package var maximumFrames = 12
    /// With more faces than this, each is detected on every second frame and interpolated between.
    /// A live tracker, which cannot look ahead, always detects all of them.
    package var alternatesAbove = 8
    /// Whether each face is detected twice, at two scales, and the two averaged: a third less jitter for
    /// twice the cost.
    package var detectsTwice = false

    package init() {}
}
