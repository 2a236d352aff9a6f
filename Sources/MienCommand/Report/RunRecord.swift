import Foundation
import Mien
import MienHeads
import MienReport
import MienTimeline

/// What is known of the run that made a table: the metadata beside it, and through them its video and its model.
struct RunRecord {
    /// The metadata, or nil if there are none that can be read.
    let metadata: RunMetadata?
    /// What the reader of a report should know about what is missing.
    private(set) var notes: [String] = []
    private let table: String

    init(table: String) {
        self.table = table
        let path = RunMetadata.path(forTable: table)
        guard table != "-", FileManager.default.fileExists(atPath: path) else {
            metadata = nil
            let name = table == "-" ? "the run" : (path as NSString).lastPathComponent
            notes = ["How the table was made is not known: there is no \(name) beside it."]
            return
        }
        do {
            metadata = try RunMetadata(contentsOf: path)
        } catch {
            metadata = nil
            Console.say("\(error); the report does without it")
            notes = ["How the table was made is not known: \(error)."]
        }
    }

    /// The table's name for people.
    var tableName: String { table == "-" ? "standard input" : (table as NSString).lastPathComponent }

    /// The video that was analysed, if it still is where it was, or is beside the table.
    var video: String? {
        guard let input = metadata?.input else { return nil }
        let beside = ((table as NSString).deletingLastPathComponent as NSString)
            .appendingPathComponent(input.name)
        return [input.path, beside].first { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
    }

    /// The manifest of the model that made the table.
    ///
    /// - Parameter folder: The model's folder if the user named it. Otherwise it is looked for where the metadata say, and
    ///   counts only if it still is the same model.
    func manifest(folder: String?) throws -> ModelManifest? {
        if let folder { return try ModelManifest(path: folder + "/mien.json") }
        guard let model = metadata?.model else { return nil }
        if let path = model.path {
            let manifest = try? ModelManifest(path: path + "/mien.json")
            return manifest?.name == model.name ? manifest : nil
        }
        let embedded = try Model.embedded()
        return try embedded.fingerprint() == model.sha256 ? embedded.manifest : nil
    }
}

extension ModelCard {
    /// What a manifest says to people. `limits` is a sentence or a list of them.
    init(_ manifest: ModelManifest, name: String) {
        let stated = manifest.unknown["limits"] ?? manifest.provenance["limits"]
        let limits = stated?.elements?.compactMap(\.string) ?? stated?.string.map { [$0] } ?? []
        var provenance: [String: String] = [:]
        for (key, value) in manifest.provenance where key != "limits" {
            // Curves and other long lists are for programs.
            if value.elements == nil, value.members == nil { provenance[key] = value.string ?? value.summary }
        }
        self.init(
            name: manifest.name ?? name, limits: limits, provenance: provenance, licence: manifest.licence)
    }
}
