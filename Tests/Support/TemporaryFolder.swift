import Foundation

/// A folder that goes away with the value.
package final class TemporaryFolder {
    package let url: URL
    package var path: String { url.path }
    /// What is in it, sorted.
    package var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }

    package init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("mien-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a file, with the folders it is in, and returns its path.
    @discardableResult
    package func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    @discardableResult
    package func file(_ name: String, _ text: String) throws -> String { try file(name, text.utf8) }
}
