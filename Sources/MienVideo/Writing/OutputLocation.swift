import CFFmpeg
import Glibc

/// Where a video is written to: a file, a pipe, or a server.
package struct OutputLocation: Sendable {
    enum Target: Equatable, Sendable {
        case file(path: String)
        /// A named pipe or a device, which is opened when it has a reader.
        case pipe(path: String)
        /// The writing end of a pipe that is open.
        case descriptor(Int32)
        case url(String)
    }

    /// The name as the user knows it, for messages.
    package let name: String
    let target: Target
    let container: Container

    /// The file at `path`, whose kind is told by the ending of `name`.
    init(file path: String, name: String) throws(VideoError) {
        (self.name, target, container) = (name, .file(path: path), try Container(name: name))
    }

    /// The file at `path`, of this kind whatever its name.
    package init(file path: String, container: Container) {
        self.init(path, .file(path: path), container)
    }

    private init(_ name: String, _ target: Target, _ container: Container) {
        (self.name, self.target, self.container) = (name, target, container)
    }

    /// What the user's text for a live video means: a file's name, `-` or a named pipe, or a URL.
    ///
    /// Nothing is opened yet. A pipe carries MPEG-TS, which can be joined at any time, unless its name ends like that
    /// of another kind of file.
    ///
    /// - Throws: `.unknownTarget` if it is none of these, `.cannotWrite` if FFmpeg was built without the protocol.
    package init(live output: String) throws(VideoError) {
        if let descriptor = Self.descriptor(output) {
            let name = descriptor == STDOUT_FILENO ? "standard output" : output
            guard fcntl(descriptor, F_GETFL) >= 0 else { throw .cannotWrite(name, detail: "it is not open") }
            guard isatty(descriptor) == 0 else {
                throw .cannotWrite(name, detail: "it is a terminal; expected a pipe or a file")
            }
            self.init(name, .descriptor(descriptor), .ts)
        } else if let scheme = Self.scheme(of: output) {
            guard let container = Self.schemes.first(where: { $0.name == scheme })?.container else {
                throw .unknownTarget(output)
            }
            guard Self.hasProtocol(container == .rtsp ? "tcp" : scheme),
                av_guess_format(container.muxer, nil, nil) != nil
            else { throw .cannotWrite(output, detail: "this FFmpeg was built without \(scheme)") }
            self.init(output, .url(output), container)
        } else {
            let path = output.hasPrefix("file:") ? String(output.dropFirst(5)) : output
            let kind = Container.live.first { $0 == Container(ending: path) }
            if Self.isPipe(path) {
                self.init(output, .pipe(path: path), kind ?? .ts)
            } else {
                guard let kind else { throw .unknownTarget(output) }
                self.init(output, .file(path: path), kind)
            }
        }
    }

    /// The path, if it is a file.
    package var filePath: String? {
        if case .file(let path) = target { path } else { nil }
    }

    /// The same kind of file under another, provisional name.
    package func written(to path: String) -> OutputLocation {
        OutputLocation(name, .file(path: path), container)
    }

    /// Options for FFmpeg's protocol.
    var options: [String: String] {
        // As many packets of MPEG-TS as fit into an Ethernet frame: a lost datagram cuts none in half.
        guard case .url(let url) = target, url.hasPrefix("udp:"), !url.contains("pkt_size=") else {
            return [:]
        }
        return ["pkt_size": "1316"]
    }

    /// The protocols a live video can be sent by, and what they carry.
    static let schemes: [(name: String, container: Container)] = [
        ("rtmp", .flv), ("rtmps", .flv), ("rtsp", .rtsp), ("srt", .ts), ("udp", .ts), ("tcp", .ts),
        ("unix", .ts),
    ]

    private static func descriptor(_ output: String) -> Int32? {
        if ["-", "/dev/stdout", "pipe:"].contains(output) { return STDOUT_FILENO }
        guard output.hasPrefix("pipe:") else { return nil }
        return Int32(output.dropFirst(5))
    }

    /// The protocol of a URL; nil if `output` is the name of a file.
    private static func scheme(of output: String) -> String? {
        guard let colon = output.firstIndex(of: ":"), colon > output.startIndex else { return nil }
        let scheme = output[..<colon].lowercased()
        guard scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }) else {
            return nil
        }
        let isURL = output[colon...].hasPrefix("://") && scheme != "file"
        return isURL || scheme == "unix" || scheme == "pipe" ? scheme : nil
    }

    private static func hasProtocol(_ name: String) -> Bool {
        var position: UnsafeMutableRawPointer?
        while let found = avio_enum_protocols(&position, 1) {
            if String(cString: found) == name { return true }
        }
        return false
    }

    /// Whether there is something under `path` that is written to and never replaced.
    private static func isPipe(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT)
    }
}
