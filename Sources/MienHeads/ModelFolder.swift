import Foundation

/// Making model folders out of others.
package enum ModelFolder {
    /// Copies files of a folder into another, which is made if it is not there, over files that are.
    ///
    /// - Throws: What `FileManager` throws.
    package static func copy(_ names: [String], from source: String, to output: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: output, withIntermediateDirectories: true)
        for name in names {
            let destination = output + "/" + name
            if files.fileExists(atPath: destination) { try files.removeItem(atPath: destination) }
            // The source may be a link into a download cache; the folder should stand on its own.
            let original = URL(fileURLWithPath: source + "/" + name).resolvingSymlinksInPath()
            try files.copyItem(at: original, to: URL(fileURLWithPath: destination))
        }
    }
}
