import MienCore

/// How to read a video.
package struct VideoOptions: Sendable {
    /// The timestamp of the first frame wanted, in seconds from the input's first frame.
    package var start: Double?
    /// The length of the wanted part in seconds: frames at `start + duration` and later are left out.
    package var duration: Double?
    /// The video stream to read, counted from 0 without cover pictures; nil for the one that players choose.
    package var videoStream: Int?
    /// The name of FFmpeg's demuxer or input device, where guessing is not wanted.
    package var format: String?
    /// Options for FFmpeg's demuxer, device or protocol, by name.
    package var inputOptions: [String: String] = [:]
    /// How long opening, or waiting for the next piece of data, may take, in seconds. Without a value
    /// network sources get ``networkTimeout`` and local ones may take as long as they like.
    package var timeout: Double?
    /// Ends blocked reading from any thread.
    package var cancellation = Cancellation()

    /// The deadline of network sources for which ``timeout`` names none, in seconds.
    package static let networkTimeout = 10.0

    package init(start: Double? = nil, duration: Double? = nil) {
        self.start = start
        self.duration = duration
    }
}
