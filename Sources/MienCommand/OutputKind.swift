import Foundation
import Mien
import MienExport
import MienTimeline

/// What a command writes, which the ending of a name must not contradict.
package struct OutputKind: Sendable {
    /// What messages call it.
    let name: String
    /// The endings that it may have, without a dot, the usual one first.
    let endings: [String]

    package static let table = OutputKind(name: "a table is CSV", endings: ["csv"])
    package static let embeddings = OutputKind(
        name: "embeddings are a safetensors file", endings: ["safetensors"])
    package static let page = OutputKind(name: "a report is a page", endings: ["html", "htm"])
    package static let baseline = OutputKind(name: "a baseline is JSON", endings: ["json"])

    init(name: String, endings: [String]) {
        (self.name, self.endings) = (name, endings)
    }

    init(_ format: ExportFormat) {
        name = "the format \(format.rawValue) has another"
        endings = [Self.ending(format)] + (format == .jsonLines ? ["ndjson"] : [])
    }

    /// Checks the name of a file before anything is read: its ending, and that its folder is there. Names without an
    /// ending, pipes and devices are taken as they are.
    ///
    /// - Parameter option: What stands before the name in a message.
    /// - Throws: `UsageError` for an ending that is another kind's, ``MienError`` if there is no such folder.
    package func check(_ path: String, option: String = "-o ") throws {
        guard TableOutput.isFile(path) else { return }
        let ending = (path as NSString).pathExtension
        if !ending.isEmpty, !endings.contains(ending.lowercased()) {
            let way = Self.ways[ending.lowercased()].map { "; \($0)" } ?? ""
            throw UsageError(
                "\(option)\(path): \(name), expected a name that ends in .\(endings[0])\(way)")
        }
        // Foundation on Linux crashes on a relative path of a single character.
        let folder = path.count > 1 ? (path as NSString).deletingLastPathComponent : ""
        guard folder.isEmpty || OutputPlan.isFolder(folder) else {
            throw MienError.output(TimelineError.noFolder(folder, for: path).description)
        }
    }

    /// What follows the last dot of a format's suffix.
    private static func ending(_ format: ExportFormat) -> String {
        String(format.suffix.split(separator: ".").last ?? "")
    }

    /// What makes the file that somebody wanted.
    private static let ways: [String: String] = {
        var ways = [
            "parquet": "docs/exports.md has how to make Parquet of a table in one line",
            "xlsx": "spreadsheets open a table as it is", "ods": "spreadsheets open a table as it is",
            "html": "'mien report' makes a page of a table",
            "safetensors": "'mien embed' writes embeddings", "csv": "'mien annotate' writes tables",
        ]
        for ending in ["pdf", "png", "svg"] { ways[ending] = "'mien plot' draws a table" }
        for ending in ["mp4", "mov", "mkv"] { ways[ending] = "'mien overlay' draws a table into its video" }
        for format in ExportFormat.allCases where format.suffix.count(where: { $0 == "." }) == 1 {
            ways[Self.ending(format)] = "'mien export TABLE --to \(format.rawValue)' makes it of a table"
        }
        return ways
    }()
}
