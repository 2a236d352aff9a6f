import MienCore

/// How to follow a live source.
package struct LiveOptions: Sendable {
    /// The name of FFmpeg's demuxer or input device, where guessing is not wanted: `v4l2` is a camera.
    package var format: String?
    /// The size asked of a camera or another device. Without it the camera keeps the one that is set.
    package var videoSize: PictureSize?
    /// The frames a second asked of a camera or another device. Without it a camera gives what it gives.
    package var frameRate: Double?
    /// FFmpeg's name of the format asked of a camera, such as `mjpeg` or `yuyv422`. Without it the fastest is chosen.
    package var inputFormat: String?
    /// What carries RTSP: `tcp`, `udp`, `udp_multicast`, `http` or `https`.
    package var rtspTransport = "tcp"
    /// The video stream to read, counted from 0; nil for the one that players choose.
    package var videoStream: Int?
    /// Options for FFmpeg's demuxer, device or protocol, by name. They win over those chosen here.
    package var inputOptions: [String: String] = [:]
    /// How long opening may take, in seconds; nil is 10 s for networks and cameras and for ever for the rest.
    package var openTimeout: Double?
    /// How long a source may give no frame, in seconds, until it counts as lost; nil is 10 s for networks, 5 s for
    /// cameras and for ever for the rest.
    package var readTimeout: Double?
    /// Whether and how a camera or network source is opened again after it was lost.
    package var reconnection = Reconnection()
    /// Whether a file or pipe is played at its own pace, as if it were a camera.
    package var realtime = false
    /// Ends blocked reading from any thread.
    package var cancellation = Cancellation()

    package init() {}

    /// When to try to open a lost source again: a policy, without a clock.
    package struct Reconnection: Sendable, Equatable {
        package var isEnabled = true
        /// The seconds before the first attempt; they double with each.
        package var firstDelay = 0.25
        /// The most seconds between two attempts.
        package var maximumDelay = 5.0
        /// The seconds after which a source that has not come back is given up; nil is never.
        package var giveUpAfter: Double?

        package init() {}

        /// The seconds to wait before attempt number `attempt`, from 0.
        package func delay(before attempt: Int) -> Double {
            var delay = max(firstDelay, 0.01)
            for _ in 0..<max(attempt, 0) where delay < maximumDelay { delay *= 2 }
            return min(delay, max(maximumDelay, 0.01))
        }
    }
}
