import Foundation
import Mien
import MienCore
import MienExport
import MienTimeline

/// Reads a table once and gives its rows to every export of it.
struct ExportJob {
    let job: ExportPlan.Job
    let arguments: ExportArguments
    let replacing: Bool
    let isQuiet: Bool

    /// Makes the exports; files appear when all of them have the whole table.
    ///
    /// - Returns: Whether it was not interrupted.
    func run(_ cancellation: Cancellation) throws(TimelineError) -> Bool {
        let start = ContinuousClock.now
        let context = try arguments.context(table: job.table)
        // A table that is none must not leave empty exports.
        let table = try TableReader(path: job.table)
        try makeFolders()
        var exporters: [any TableExporter] = []
        var isDone = false
        defer { if !isDone { for exporter in exporters { exporter.discard() } } }
        for output in job.outputs {
            exporters.append(
                try output.format.exporter(to: output.path, replacing: replacing, context: context))
        }
        var rows = 0
        while let row = try table.next() {
            for exporter in exporters { try exporter.add(row) }
            rows += 1
            if rows % 1024 == 0, cancellation.isCancelled { return false }
        }
        for exporter in exporters { try exporter.finish() }
        isDone = true
        for warning in exporters.flatMap(\.warnings) { Console.say("\(job.table): \(warning)") }
        if job.outputs.contains(where: { $0.format == .jsonLines }), let warning = table.warning {
            Console.say(warning)
        }
        if !isQuiet { report(rows, seconds: (ContinuousClock.now - start).inSeconds) }
        return true
    }

    private func makeFolders() throws(TimelineError) {
        for folder in job.outputs.compactMap(\.folder) {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                let isThere = FileManager.default.fileExists(atPath: folder)
                throw .cannotOpen(path: folder, code: isThere ? ENOTDIR : EACCES)
            }
        }
    }

    private func report(_ rows: Int, seconds: Double) {
        let files = job.outputs.filter { $0.path != "-" }.map { output in
            output.format == .faces
                ? (output.path as NSString).deletingPathExtension.replacing(".faces", with: "") + ".face*.csv"
                : output.path
        }
        guard !files.isEmpty else { return }
        Console.say(
            "\(job.table): \(counted(rows, "row")) in \(files.joined(separator: ", ")), "
                + String(format: "%.1f s", seconds))
    }
}
