import Foundation
import Mien

/// A folder of tables as `mien annotate` writes it for folders of clips.
package enum TableFolder {
    /// The path of a clip's table.
    package static func path(of clip: String, in folder: String) -> String {
        (folder.hasSuffix("/") ? folder : folder + "/") + clip + ".csv"
    }

    /// The clips that have a table with metadata in `folder`, in the order of the bytes of their paths.
    ///
    /// - Throws: ``MienError/input(_:)`` if the folder or one in it cannot be read.
    package static func clips(in folder: String) throws(MienError) -> [String] {
        var clips: [String] = []
        try collect(folder, "", into: &clips)
        return clips
    }

    private static func collect(
        _ root: String, _ path: String, into clips: inout [String]
    ) throws(MienError) {
        let files = FileManager.default
        let place = path.isEmpty ? root : "\(root)/\(path)"
        let names: [String]
        do {
            names = try files.contentsOfDirectory(atPath: place)
        } catch {
            throw .input("\(place): the folder cannot be read: \(error.localizedDescription)")
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where !name.hasPrefix(".") {
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            var info = stat()
            // Links are not followed: the tables are in the folder itself.
            guard lstat("\(root)/\(inner)", &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR {
                try collect(root, inner, into: &clips)
            } else if name.hasSuffix(".csv"),
                files.fileExists(atPath: RunMetadata.path(forTable: "\(root)/\(inner)"))
            {
                clips.append(String(inner.dropLast(4)))
            }
        }
    }
}
