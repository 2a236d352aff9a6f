/// What a live source does next.
package enum LiveEvent {
    case frame(LiveFrame)
    /// The source was lost; it is being opened again.
    case outage(LiveOutage)
    /// The source is back: frames of a new connection follow.
    case recovered(LiveRecovery)
}

/// The loss of a source.
package struct LiveOutage: Sendable {
    /// Why, for the user.
    package var reason: VideoError
    /// The monotonic time in seconds at which it was noticed.
    package var at: Double
}

/// The return of a source.
package struct LiveRecovery: Sendable {
    /// The monotonic time in seconds of its first frame's capture.
    package var at: Double
    /// The seconds between the last frame before and the first frame after.
    package var gap: Double
    /// How often opening was tried.
    package var attempts: Int
}

/// A decoded frame that is not converted yet, as most frames of a source that is too fast need not be.
package struct LiveFrame {
    /// The position among all decoded frames, from 0, over all connections.
    package var index: Int
    /// The source's own timestamp in units of its time base, if it has one.
    package var pts: Int64?
    /// Seconds from the first frame, which always rise: over connections and jumps of the source's clock too.
    package var timestamp: Double
    /// The monotonic time in seconds at which the frame was captured, where the kernel says so, and otherwise came.
    package var captured: Double
    /// The number of the connection, from 0.
    package var epoch: Int
    /// Whether the decoder patched what was missing.
    package var isDamaged: Bool
    /// The size in pixels of the upright picture.
    package var width: Int
    package var height: Int

    unowned let reader: LiveReader

    /// The frame with its picture, which stays. To be called before the reader's next ``LiveReader/next()``.
    package func convert() throws(VideoError) -> VideoFrame { try reader.convert(self) }
}
