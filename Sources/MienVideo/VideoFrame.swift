import MienImage

/// One decoded frame, upright, with its place in time.
package struct VideoFrame: Sendable {
    /// The position among the decoded frames of the input, from 0.
    package var index: Int
    /// The presentation timestamp in units of the stream's time base, or nil where there was none to read
    /// and ``timestamp`` had to be derived. ``VideoReport/timeSource`` says what it is where containers have
    /// decoding timestamps only.
    package var pts: Int64?
    /// Seconds from the first frame of the input.
    package var timestamp: Double
    /// The picture.
    package var image: Image
    /// Whether the decoder reported errors in this frame and patched what was missing.
    package var isDamaged: Bool
    /// How long the frame is shown, in units of the stream's time base, if the container says.
    package var duration: Int64?

    package init(
        index: Int, pts: Int64?, timestamp: Double, image: Image, isDamaged: Bool = false,
        duration: Int64? = nil
    ) {
        self.index = index
        self.pts = pts
        self.timestamp = timestamp
        self.image = image
        self.isDamaged = isDamaged
        self.duration = duration
    }
}
