import CFFmpeg

/// What the user's text for a live source means, and how FFmpeg is to open it.
struct LiveInput {
    enum Kind: Equatable { case camera, network, device, pipe, file }

    let kind: Kind
    /// The text for messages: of a camera its node.
    let name: String
    private let format: String?
    /// The camera's link that stays when it is plugged in again, and may then lead to another node.
    private var stablePath: String?

    init(_ input: String, options: LiveOptions) throws(VideoError) {
        if let path = Self.cameraPath(input, format: options.format) {
            (kind, name, format) = (.camera, path, "v4l2")
            avdevice_register_all()
            return
        }
        let location = try InputLocation(input, format: options.format)
        (name, format) = (input, options.format)
        if location.isNetwork {
            kind = .network
        } else if location.isDevice {
            kind = .device
        } else {
            kind = location.canBeReadAgain || location.url.hasPrefix("file:/dev/fd/") ? .file : .pipe
        }
    }

    /// Whether a source of this kind comes back after it is lost.
    var canReturn: Bool { kind == .camera || kind == .network || kind == .device }

    /// Whether frames come as fast as they can be read, unless something makes them wait for their time. Devices can be
    /// generators.
    var hasNoPace: Bool { kind == .file || kind == .pipe || kind == .device }

    /// The location to open now.
    func location() throws(VideoError) -> InputLocation {
        try InputLocation(kind == .camera ? currentNode : name, format: format)
    }

    /// How to open it, with a camera's mode as it was chosen.
    func settings(_ options: LiveOptions, mode: CameraMode?) -> DemuxerSettings {
        var settings = DemuxerSettings()
        settings.cancellation = options.cancellation
        settings.videoStream = options.videoStream
        let patience: (open: Double, read: Double)? =
            switch kind {
            case .camera, .device: (10, 5)
            case .network: (VideoOptions.networkTimeout, VideoOptions.networkTimeout)
            case .pipe, .file: nil
            }
        settings.openTimeout = options.openTimeout ?? patience?.open
        settings.readTimeout = options.readTimeout ?? patience?.read
        settings.deadlineIsForFrames = canReturn
        if kind == .camera {
            // A blocking read could not be ended; and opening tells all that probing would find out, spinning.
            settings.isNonblocking = true
            settings.probes = false
        }
        let asked = CameraMode(
            inputFormat: options.inputFormat, size: options.videoSize, rate: options.frameRate)
        settings.inputOptions = (mode ?? asked).options
            .merging(networkOptions(options)) { $1 }.merging(options.inputOptions) { $1 }
        return settings
    }

    /// Options that keep the delay small and the stream alive.
    ///
    /// `nobuffer` is not among them: it throws away what was read to find out the format, with the key frame that
    /// the frames after it need.
    private func networkOptions(_ options: LiveOptions) -> [String: String] {
        guard kind == .network else { return [:] }
        // The frame rate is not worth waiting for twenty frames.
        var result = ["analyzeduration": "1000000", "fpsprobesize": "0"]
        let scheme = name.prefix { $0 != ":" }
        if scheme == "rtsp" || scheme == "rtsps" { result["rtsp_transport"] = options.rtspTransport }
        if scheme == "udp" { result["overrun_nonfatal"] = "1" }
        return result
    }

    /// Remembers the link to the camera by its make and number, once it is open.
    mutating func noteStablePath() {
        if kind == .camera { stablePath = CameraList.stablePath(of: name) }
    }

    /// The node to open: after being plugged in again the camera can have another.
    private var currentNode: String {
        guard let stablePath else { return name }
        return CameraList.node(of: stablePath) ?? stablePath
    }

    /// Asks the camera what it is and chooses its mode; nil if the source is none.
    ///
    /// FFmpeg would say less of what is wrong, and would take any mode the driver puts in the place of the wanted one.
    func camera(_ options: LiveOptions) throws(VideoError) -> (mode: CameraMode, name: String)? {
        guard kind == .camera else { return nil }
        let wanted = CameraMode(
            inputFormat: options.inputFormat, size: options.videoSize, rate: options.frameRate)
        let found: (formats: [CameraFormat], current: PictureSize?, name: String)
        do throws(CameraNode.Failure) {
            let node = try CameraNode(currentNode)
            found = (node.formats, node.currentSize, node.name)
        } catch {
            throw explain(error)
        }
        guard let mode = CameraMode(wanted, of: found.formats, current: found.current) else {
            let camera = Camera(path: name, name: found.name, formats: found.formats)
            throw .unsupportedMode(name, asked: wanted.words, offer: camera.offer)
        }
        return (mode, found.name)
    }

    private func explain(_ failure: CameraNode.Failure) -> VideoError {
        switch failure {
        case .missing: .noCamera(name, others: CameraList.nodes.filter { $0 != name })
        case .notPermitted: .cameraNotPermitted(name)
        case .busy: .cameraBusy(name)
        case .notCamera: .notCamera(name, detail: "it captures no video")
        case .failing(let words): .cannotOpen(name, detail: words)
        }
    }

    /// The camera's path, if `input` means one: `v4l2:///dev/video0`, `/dev/video0`, or any path with the format.
    private static func cameraPath(_ input: String, format: String?) -> String? {
        if let format, !["v4l2", "video4linux2", "video4linux2,v4l2"].contains(format) { return nil }
        for prefix in ["v4l2://", "v4l2:", "video4linux2://"] where input.hasPrefix(prefix) {
            return String(input.dropFirst(prefix.count))
        }
        let isNode = input.hasPrefix("/dev/video") || input.hasPrefix("/dev/v4l/")
        return format != nil || isNode ? input : nil
    }
}
