import Foundation
import MienVideo

/// Finds the clips below a folder: videos and still images.
///
/// A name with a usual ending is taken unopened, and what is no media after all fails by name. Of all other files
/// FFmpeg says whether there is a video in them. Hidden files and folders (`.name`) are left out, and so is the
/// folder the tables go to. Links are followed, except to a folder that the link lies in.
package struct ClipFinder {
    /// The usual endings of still images, in lower case.
    static let imageEndings: Set<String> = [
        "bmp", "jfif", "jpe", "jpeg", "jpg", "pgm", "png", "pnm", "ppm", "tif", "tiff", "webp",
    ]
    /// The usual endings of videos and images, in lower case.
    static let usualEndings = imageEndings.union([
        "3g2", "3gp", "asf", "avi", "dv", "f4v", "flv", "gif", "m2ts", "m2v", "m4v", "mkv", "mov", "mp4",
        "mpe", "mpeg", "mpg", "mts", "mxf", "nut", "ogv", "qt", "rm", "rmvb", "ts", "vob", "webm", "wmv",
        "y4m",
    ])

    /// The clips, as paths relative to the folder, in the order of their bytes, a folder's own where its name is.
    package private(set) var clips: [String] = []
    /// What could not be looked into: a relative path, and why.
    package private(set) var failures: [(path: String, reason: String)] = []

    /// The files that are no clips.
    package private(set) var leftOut = LeftOut()

    private struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    private let root: String
    private let output: Identity?

    /// Looks through `folder`.
    ///
    /// - Parameter output: The folder of the tables, which is left out.
    package init(_ folder: String, output: String?) {
        root = folder
        self.output = output.flatMap { Self.folder($0) }
        guard let identity = Self.folder(folder) else {
            failures.append(("", "no such folder"))
            return
        }
        walk("", inside: [identity])
    }

    private mutating func walk(_ path: String, inside ancestors: Set<Identity>) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: place(path))
        } catch {
            failures.append((path, "the folder cannot be read: \(error.localizedDescription)"))
            return
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where !name.hasPrefix(".") {
            let inner = path.isEmpty ? name : path + "/" + name
            if FileNames.isBroken(place(inner)) {
                failures.append((inner, FileNames.problem))
            } else if let folder = Self.folder(place(inner)) {
                guard folder != output, !ancestors.contains(folder) else { continue }
                walk(inner, inside: ancestors.union([folder]))
            } else if Self.isFileOrMissing(place(inner)) {
                let ending = (name as NSString).pathExtension
                let content: MediaFile =
                    Self.usualEndings.contains(ending.lowercased()) ? .video : MediaFile(path: place(inner))
                if content == .video { clips.append(inner) } else { leftOut.add(ending, content) }
            }
        }
    }

    private func place(_ path: String) -> String {
        path.isEmpty ? root : root.hasSuffix("/") ? root + path : root + "/" + path
    }

    private static func folder(_ path: String) -> Identity? {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return nil }
        return Identity(device: info.st_dev, inode: info.st_ino)
    }

    /// A link to nowhere is a clip that fails, not one that is not there; a pipe or a device is none.
    private static func isFileOrMissing(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) != 0 || info.st_mode & S_IFMT == S_IFREG
    }
}
