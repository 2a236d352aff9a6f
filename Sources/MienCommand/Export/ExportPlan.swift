import Foundation
import Mien
import MienCore
import MienExport
import MienTimeline

/// Which files a table is exported to, decided and checked before anything is read.
package struct ExportPlan {
    /// One format and its file.
    package struct Output: Equatable {
        package let format: ExportFormat
        /// A path, or `-` for standard output.
        package let path: String
        /// The folder that was asked for and is made if it is not there.
        package var folder: String?
    }

    /// One table and what is made of it.
    package struct Job: Equatable {
        package let table: String
        package let outputs: [Output]
    }

    package let jobs: [Job]

    /// - Parameters:
    ///   - tables: Where the tables are, or will be; `-` is the standard input.
    ///   - option: What the requests were given with, for messages.
    ///   - overwrite: Whether files that are there may be replaced.
    package init(
        tables: [String], requests: [ExportRequest], option: String, overwrite: Bool
    ) throws {
        var jobs: [Job] = []
        var tableOfPath: [String: String] = [:]
        for table in tables {
            var outputs: [Output] = []
            for request in requests {
                let path = try Self.path(request, table: table, isOnly: tables.count == 1, option)
                if path != "-", isSameFile(path, table) {
                    throw UsageError("\(option) \(request.format.rawValue): \(path) is the table itself")
                }
                if let other = tableOfPath.updateValue("\(table) as \(request.format.rawValue)", forKey: path)
                {
                    throw UsageError(
                        "\(other) and \(table) as \(request.format.rawValue) would both be written to "
                            + (path == "-" ? "standard output" : path))
                }
                if !overwrite, path != "-", OutputPlan.isRegularFile(path) {
                    throw UsageError("\(path) exists; -y overwrites it")
                }
                let folder = request.file?.hasSuffix("/") == true ? request.file : nil
                outputs.append(Output(format: request.format, path: path, folder: folder))
            }
            jobs.append(Job(table: table, outputs: outputs))
        }
        self.jobs = jobs
    }

    private static func path(
        _ request: ExportRequest, table: String, isOnly: Bool, _ option: String
    ) throws -> String {
        let word = request.format.rawValue
        guard let file = request.file else {
            guard table != "-" else {
                throw UsageError(
                    "\(option) \(word): the table has no name to make one of; give a file: \(option) \(word):FILE"
                )
            }
            return stem(of: table) + request.format.suffix
        }
        if file == "-" {
            guard !request.format.hasFileForEachFace else {
                throw UsageError("\(option) \(word):-: it has a file for each face; give a name for them")
            }
            return file
        }
        if file.hasSuffix("/") || OutputPlan.isFolder(file) {
            let name = table == "-" ? "table" : (stem(of: table) as NSString).lastPathComponent
            return (file as NSString).appendingPathComponent(name + request.format.suffix)
        }
        guard isOnly else {
            throw UsageError(
                "\(option) \(word):\(file): several tables need a folder, as in \(word):\(file)/")
        }
        try OutputKind(request.format).check(file, option: "\(option) \(word):")
        return file
    }

    /// The table's path without its ending.
    static func stem(of table: String) -> String {
        table.lowercased().hasSuffix(".csv") ? String(table.dropLast(4)) : table
    }
}
