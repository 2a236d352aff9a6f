import CFFmpeg
import Foundation

/// What the user calls an input, and what FFmpeg must be told for it.
struct InputName {
    enum Kind {
        case file
        /// A printf pattern of numbered images.
        case sequence
        /// A URL, a device, a pipe.
        case stream
    }

    let name: String
    let kind: Kind
    /// What to open.
    let url: String
    /// The demuxer to force, and its options.
    private(set) var format: String?
    private(set) var formatOptions: [String: String] = [:]

    /// Looks at the file system, so that the plain mistakes get plain answers.
    init(_ name: String) throws(VideoError) {
        self.name = name
        if name == "-" {
            kind = .stream
            url = "pipe:0"
            return
        }
        var info = stat()
        guard stat(name, &info) == 0 else {
            let code = errno
            if code == EACCES { throw .notPermitted(name) }
            if Self.hasScheme(name) {
                kind = .stream
                url = name
            } else if Self.isNumberPattern(name) {
                kind = .sequence
                url = name
            } else {
                throw .missing(name)
            }
            return
        }
        if info.st_mode & S_IFMT == S_IFDIR { throw .folder(name) }
        guard access(name, R_OK) == 0 else { throw .notPermitted(name) }
        if info.st_mode & S_IFMT == S_IFREG, info.st_size == 0 { throw .empty(name) }
        kind = info.st_mode & S_IFMT == S_IFREG ? .file : .stream
        if Self.isNumberPattern(name), av_match_ext(name, Self.imageExtensions) != 0 {
            // A file that is called like a pattern, but is there: without this it would be read as one.
            format = "image2"
            formatOptions = ["pattern_type": "none"]
            url = name
        } else {
            // Without the protocol, a colon in the name would be taken for the end of one.
            url = "file:" + name
        }
    }

    private static let imageExtensions = "png,jpg,jpeg,bmp,tif,tiff,webp,pgm,ppm,pnm,pbm,gif,tga,jp2,exr,dpx"

    /// `word:...`, unless the word is a single letter or has a slash before the colon.
    private static func hasScheme(_ name: String) -> Bool {
        guard let colon = name.firstIndex(of: ":") else { return false }
        let scheme = name[..<colon]
        return scheme.count > 1 && scheme.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) }
    }

    private static func isNumberPattern(_ name: String) -> Bool {
        av_filename_number_test(name) != 0
    }
}
