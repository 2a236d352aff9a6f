import Foundation

/// The video, or still image, that a page shows beside the timelines.
package struct PageMedia: Sendable, Equatable {
    /// A file larger than this is not embedded: browsers keep it in memory several times over.
    package static let largestEmbedded = 256 << 20

    /// The file.
    package let path: String
    /// What the page loads: an address relative to the page, or nil if the file is in the page.
    package let address: String?
    /// The media type, guessed from the name.
    package let type: String
    /// What the page calls it.
    package var name: String
    /// Where in it, in seconds, the first frame of the table's video is.
    package var start = 0.0
    /// Why not every browser shows it, such as "HEVC (H.265) video", if so.
    package var obstacle: String?

    /// - Parameters:
    ///   - page: The page's path; `-` stands for one in the current directory.
    ///   - embedded: Whether the file goes into the page.
    package init(path: String, page: String, embedded: Bool) throws(ReportError) {
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw .unusable("\(path): \(String(cString: strerror(errno))), expected a video or an image")
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw .unusable("\(path): expected a file with a video or an image")
        }
        if embedded, info.st_size > Self.largestEmbedded {
            throw .unusable(
                "\(path): \(info.st_size >> 20) MiB are too many to be embedded, expected "
                    + "\(Self.largestEmbedded >> 20) or less; without --embed the page links to it")
        }
        self.path = path
        type = Self.type(of: path)
        name = (path as NSString).lastPathComponent
        address = embedded ? nil : Self.address(of: path, from: Self.folder(of: page))
    }

    /// The address of `file` as seen from a page in `folder`, with everything escaped that means something in one.
    static func address(of file: String, from folder: String) -> String {
        let name = (file as NSString).lastPathComponent
        var target = components(Self.folder(of: file))
        var base = components(folder)
        while let first = target.first, first == base.first {
            target.removeFirst()
            base.removeFirst()
        }
        let unreserved = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return (base.map { _ in ".." } + target + [name]).map {
            $0.addingPercentEncoding(withAllowedCharacters: unreserved) ?? $0
        }.joined(separator: "/")
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The folders down to this one, through symbolic links, which `..` does not go back through.
    private static func components(_ folder: String) -> [String] {
        let resolved = realpath(folder, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        return (resolved ?? folder).split(separator: "/").map(String.init)
    }

    private static func type(of path: String) -> String {
        switch (path as NSString).pathExtension.lowercased() {
        case "webm": "video/webm"
        case "mkv": "video/x-matroska"
        case "ogv", "ogg": "video/ogg"
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "webp": "image/webp"
        case "gif": "image/gif"
        case "bmp": "image/bmp"
        // A QuickTime file plays under this name where it does not under its own.
        default: "video/mp4"
        }
    }
}
