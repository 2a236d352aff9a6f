/// How a live source is followed. Every default is what most people want.
public struct LiveConfiguration: Sendable, Equatable {
    /// What becomes of frames that there was no time for.
    public enum Drops: String, Sendable, CaseIterable {
        /// Each has a row with status `dropped`.
        case rows
        /// They are only counted. Faces that were followed but not encoded keep their rows.
        case count
    }

    /// Faces, smoothing, baseline and duration. Smoothing is causal whatever it says; `start`, `every` and
    /// `batchSize` do not apply.
    public var analysis = Configuration()
    /// How the source is opened and opened again.
    public var source = LiveSourceOptions()
    /// The most seconds from the capture of a frame to its row. What is not ready then goes out as `dropped`. Files
    /// and pipes that are not played at their own pace are read whole instead, and nothing is late.
    public var maximumLatency = 0.25
    /// How far a face may differ from when it was last encoded, in ``CropSignature`` steps, to be `held` instead of
    /// being encoded again; nil encodes every face of every frame.
    public var reuseDistance: Double? = Self.defaultReuseDistance
    /// What becomes of frames that there was no time for.
    public var drops = Drops.rows

    /// See ``reuseDistance``.
    public static let defaultReuseDistance = 2.0

    /// What ``maximumLatency`` may be.
    package static let latencies = 0.02...60.0
    /// What ``reuseDistance`` may be.
    package static let distances = 0.0...255.0

    /// The defaults.
    public init() {}

    /// ``analysis`` as a live run takes it.
    var causalAnalysis: Configuration {
        var analysis = analysis
        analysis.isCausal = true
        return analysis
    }

    /// Checks the ranges.
    ///
    /// - Throws: ``MienError/configuration(_:)``, naming the field.
    func validate() throws(MienError) {
        try analysis.validate()
        func require(_ condition: Bool, _ message: String) throws(MienError) {
            guard condition else { throw .configuration(message) }
        }
        try require(analysis.start == nil, "start: a live source begins when it begins")
        try require(analysis.every == 1, "every: a live run encodes what it has time for")
        try require(
            Self.latencies.contains(maximumLatency), "maximumLatency: expected 0.02 to 60 seconds")
        try require(
            reuseDistance.map { Self.distances.contains($0) } ?? true,
            "reuseDistance: expected 0 to 255 steps")
    }
}

/// How a live source is opened, and opened again after it was lost.
public struct LiveSourceOptions: Sendable, Equatable {
    /// FFmpeg's name of the input's format or device where guessing is not wanted: `v4l2` is a camera.
    public var format: String?
    /// The size asked of a camera, in pixels.
    public var videoSize: (width: Int, height: Int)? {
        get { size.map { ($0.width, $0.height) } }
        set { size = newValue.map { Size(width: $0.width, height: $0.height) } }
    }
    /// The frames a second asked of a camera.
    public var frameRate: Double?
    /// FFmpeg's name of the format asked of a camera, such as `mjpeg`; nil for the fastest.
    public var inputFormat: String?
    /// What carries RTSP: `tcp` or `udp`.
    public var rtspTransport = "tcp"
    /// Which of several video streams is read, counted from 0; nil for the one that players choose.
    public var videoStream: Int?
    /// Options for FFmpeg's demuxer, device or protocol, by name.
    public var inputOptions: [String: String] = [:]
    /// How long opening may take, in seconds; nil for 10 s for networks and cameras.
    public var openTimeout: Double?
    /// How long a source may give no frame until it counts as lost, in seconds; nil for 10 s for networks and 5 s
    /// for cameras.
    public var readTimeout: Double?
    /// Whether a camera or network source that was lost is opened again.
    public var reconnects = true
    /// The seconds after which a lost source is given up; nil for never.
    public var giveUpAfter: Double?
    /// Whether a file or pipe is played at its own pace, as if it were a camera.
    public var isRealtime = false

    private var size: Size?

    private struct Size: Sendable, Equatable {
        var width: Int
        var height: Int
    }

    /// The defaults.
    public init() {}
}
