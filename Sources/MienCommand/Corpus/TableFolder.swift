import Foundation
import Mien

/// A folder of tables as `mien annotate` writes it for folders of clips.
package struct TableFolder {
    /// The clips that have a table with metadata, in the order of the bytes of their paths.
    package private(set) var clips: [String] = []
    /// The paths of tables that an interrupted run has left.
    package private(set) var unfinished: [String] = []

    private let root: String

    /// The path of a clip's table.
    package static func path(of clip: String, in folder: String) -> String {
        (folder.hasSuffix("/") ? folder : folder + "/") + clip + ".csv"
    }

    /// Looks through `folder`.
    ///
    /// - Throws: ``MienError/input(_:)`` if it is none, or it or one in it cannot be read.
    package init(_ folder: String) throws(MienError) {
        root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard OutputPlan.isFolder(folder) else {
            let isThere = FileManager.default.fileExists(atPath: folder)
            throw .input(
                "\(folder): \(isThere ? "a file" : "no such folder"), expected the folder of the tables")
        }
        try collect("")
    }

    private mutating func collect(_ path: String) throws(MienError) {
        let files = FileManager.default
        let place = path.isEmpty ? root : "\(root)/\(path)"
        let names: [String]
        do {
            names = try files.contentsOfDirectory(atPath: place)
        } catch {
            throw .input("\(place): the folder cannot be read")
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where !name.hasPrefix(".") {
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            var info = stat()
            // Links are not followed: the tables are in the folder itself.
            guard lstat("\(root)/\(inner)", &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR {
                try collect(inner)
            } else if name.hasSuffix(".csv"),
                files.fileExists(atPath: RunMetadata.path(forTable: "\(root)/\(inner)"))
            {
                clips.append(String(inner.dropLast(4)))
            } else if name.hasSuffix(".csv.partial") {
                unfinished.append("\(place)/\(name)")
            }
        }
    }
}
