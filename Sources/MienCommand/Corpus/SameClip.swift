import Foundation
import Mien
import MienCore

/// Notices two tables of the same clip, whose rows would count twice in a merged one.
struct SameClip {
    private struct Content: Hashable {
        let hash: String
        let bytes: Int64?
        let part: [String]
    }

    private struct Known {
        let table: String
        let input: RunMetadata.Input
    }

    private var tables: [Content: [Known]] = [:]

    /// Takes note of what the table `clip` at `path` is of.
    ///
    /// - Throws: ``MienError`` if an earlier one is of the same clip, or the same part of it.
    mutating func add(_ clip: String, at path: String) throws(MienError) {
        // Cameras, pipes and sequences of pictures have nothing to know them by.
        guard let metadata = try? RunMetadata(contentsOf: RunMetadata.path(forTable: path)),
            let hash = metadata.input.sampleSHA256
        else { return }
        let part = ["start", "duration"].map { "\(metadata.options[$0] ?? .none)" }
        let content = Content(hash: hash, bytes: metadata.input.bytes, part: part)
        let input = metadata.input
        if let other = tables[content]?.first(where: { Self.isSame($0.input, input) }) {
            throw .input(
                "\(other.table) and \(clip) are tables of the same clip, \(input.path); remove one of them, or name the "
                    + "tables that are wanted with --list")
        }
        tables[content, default: []].append(Known(table: clip, input: input))
    }

    /// Whether two inputs of the same content are one file, and not one and its copy. Where they are not at hand any
    /// more, their names tell.
    private static func isSame(_ one: RunMetadata.Input, _ other: RunMetadata.Input) -> Bool {
        let areAtHand = [one, other].allSatisfy { access($0.path, F_OK) == 0 }
        return areAtHand ? isSameFile(one.path, other.path) : one.name == other.name
    }
}
