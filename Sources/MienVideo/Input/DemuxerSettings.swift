import MienCore

/// How a ``Demuxer`` opens its input and waits for it.
struct DemuxerSettings {
    /// Options for FFmpeg's demuxer, device or protocol, by name.
    var inputOptions: [String: String] = [:]
    /// The video stream to read, counted from 0; nil for the one that players choose.
    var videoStream: Int?
    /// How long opening may take, in seconds; nil is for ever.
    var openTimeout: Double?
    /// How long the next piece of data may take, in seconds; nil is for ever.
    var readTimeout: Double?
    /// Whether the time is for the next frame, not only for the next piece of data, of which none may be of use.
    var deadlineIsForFrames = false
    /// Ends blocked calls from any thread.
    var cancellation = Cancellation()
    /// Whether a device says that it has no frame yet instead of waiting for one, which nothing could end.
    var isNonblocking = false
    /// Whether packets are read ahead to find out what opening has not told.
    var probes = true

    /// The settings for reading a recorded video.
    init(_ options: VideoOptions, isNetwork: Bool) {
        inputOptions = options.inputOptions
        videoStream = options.videoStream
        openTimeout = options.timeout ?? (isNetwork ? VideoOptions.networkTimeout : nil)
        readTimeout = openTimeout
        cancellation = options.cancellation
    }

    init() {}
}
