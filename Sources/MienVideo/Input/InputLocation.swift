import CFFmpeg
import Glibc

/// What the user's text for an input means: a file, a pattern of numbered images, standard input, a URL.
///
/// A file that exists under the literal name always wins, so that `a%d.png` and `x:y.png` can be read.
/// FFmpeg is then told so in its own terms: `file:` keeps it from taking `x:` for a protocol.
struct InputLocation: Equatable {
    /// The text as given, for messages.
    let name: String
    /// The text for FFmpeg.
    let url: String
    /// The demuxer that must be used, if any.
    var format: String?
    /// The demuxer's options.
    var options: [String: String] = [:]
    /// Whether the data come over a network, where silence must not last for ever.
    var isNetwork = false
    /// Whether it is a device, whose name FFmpeg takes as it is.
    var isDevice = false
    /// The numbered images, if the input is a pattern.
    var sequence: ImageSequence?
    /// The path of a named pipe.
    private var namedPipe: String?

    /// The meaning of `name`, which the user wants read with `format`, if given.
    init(_ name: String, format wanted: String?) throws(VideoError) {
        self.name = name == "-" ? "standard input" : name
        format = wanted
        if let wanted, try Self.isDevice(wanted, input: name) {
            // A device takes the name as it is.
            url = name
            isDevice = true
            return
        }
        if name == "-" {
            // A file on standard input is opened again, because some formats must be read out of order.
            var status = stat()
            let isFile = fstat(0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            url = isFile ? "file:/dev/fd/0" : "pipe:0"
            return
        }
        if let path = Self.localPath(name), let kind = try FileKind(path: path) {
            url = "file:" + path
            switch kind {
            case .directory: throw .directory(name)
            case .regular(let size): if size == 0 { throw .empty(name) }
            case .pipe: namedPipe = path
            case .special: break
            }
            // Lists of other sources, which may be anywhere.
            isNetwork = [".m3u8", ".mpd", ".sdp"].contains { path.hasSuffix($0) }
            // The image demuxer would take these characters for a pattern; others do not look at the name.
            if path.contains(where: { "%*?[{".contains($0) }), ImageSequence.isImageName(path) {
                format = format ?? "image2"
                options["pattern_type"] = "none"
            }
            return
        }
        if let scheme = Self.scheme(of: name) {
            url = name
            isNetwork = !["pipe", "file", "fd", "data", "concat", "cache", "subfile", "crypto"].contains(
                scheme)
            return
        }
        guard let sequence = ImageSequence(pattern: name) else { throw .missing(name) }
        try sequence.checkFirst()
        url = "file:" + name
        format = "image2"
        options = ["pattern_type": "sequence", "start_number": "\(sequence.first)"]
        self.sequence = sequence
    }

    /// Whether opening it a second time gives the same data: not so with pipes, devices and live streams.
    var canBeReadAgain: Bool {
        if namedPipe != nil || url.hasPrefix("pipe:") { return false }
        guard let scheme = Self.scheme(of: url) else { return url.hasPrefix("file:") }
        return ["file", "http", "https", "ftp", "data", "concat", "cache", "subfile", "crypto"].contains(
            scheme)
    }

    /// The pipe to read from, if the input is one.
    func pipe(interrupt: Interrupt) throws(VideoError) -> PipeInput? {
        if let namedPipe {
            guard let pipe = PipeInput(path: namedPipe, interrupt: interrupt) else {
                throw .cannotOpen(name, detail: String(cString: strerror(errno)))
            }
            return pipe
        }
        guard url.hasPrefix("pipe:") else { return nil }
        return Int32(url.dropFirst(5)).map { PipeInput(descriptor: $0, interrupt: interrupt) }
    }

    /// The error for FFmpeg's refusal to open this input.
    func error(for status: FFmpegStatus, detail: String) -> VideoError {
        if isDevice {
            switch status {
            case FFmpegStatus(mien_averror(EBUSY)): return .cameraBusy(name)
            case FFmpegStatus(mien_averror(EACCES)): return .cameraNotPermitted(name)
            case FFmpegStatus(mien_averror(ENODEV)): return .unplugged(name)
            default: break
            }
        }
        if status == FFmpegStatus(mien_averror(EACCES)) { return .notPermitted(name) }
        if status == FFmpegStatus(mien_averror(ENOENT)), !isNetwork { return .missing(name) }
        if !isDevice, url.hasPrefix("file:"), MediaFile.isHEIC(path: String(url.dropFirst(5))) {
            return .heic(name)
        }
        return status.isEndOrInvalid ? .notMedia(name, detail: detail) : .cannotOpen(name, detail: detail)
    }

    /// Whether FFmpeg's `format` reads something else than files. Throws if there is no such format.
    private static func isDevice(_ format: String, input: String) throws(VideoError) -> Bool {
        avdevice_register_all()
        guard let found = av_find_input_format(format) else {
            throw .unknownOption(input, name: "format \(format)")
        }
        return found.pointee.flags & AVFMT_NOFILE != 0 && !format.hasPrefix("image2")
    }

    /// The path that `name` would be as a local file.
    private static func localPath(_ name: String) -> String? {
        guard !name.isEmpty else { return nil }
        if name.hasPrefix("file://") { return String(name.dropFirst(7)) }
        if name.hasPrefix("file:") { return String(name.dropFirst(5)) }
        return name
    }

    /// The protocol or device before the first colon, if `name` reads like a URL.
    private static func scheme(of name: String) -> String? {
        guard let colon = name.firstIndex(where: { $0 == ":" || $0 == "," }) else { return nil }
        let scheme = name[..<colon]
        let isName = scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        guard isName, let first = scheme.first, first.isLetter else { return nil }
        if name[colon...].hasPrefix("://") || ["pipe", "data", "concat", "cache", "crypto"].contains(scheme)
            || scheme == "subfile" && name[colon] == ","
        {
            return String(scheme)
        }
        return nil
    }
}

/// What the file system knows of a path.
private enum FileKind {
    case regular(size: Int)
    case directory
    case pipe
    /// A socket or a device, which only reading can tell more of.
    case special

    /// Nil if there is nothing under that path.
    init?(path: String) throws(VideoError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == EACCES { throw .notPermitted(path) }
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: self = .directory
        case S_IFREG: self = .regular(size: Int(status.st_size))
        case S_IFIFO: self = .pipe
        default: self = .special
        }
        guard access(path, R_OK) == 0 else { throw .notPermitted(path) }
    }
}
