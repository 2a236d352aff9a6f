import Foundation
import Mien

/// Which table each input's rows go to, decided and checked before anything is read.
package struct OutputPlan {
    /// One input and its table.
    package struct Job: Equatable {
        package let input: String
        /// A path, or `-` for standard output.
        package let table: String

        /// Whether what is written can be read again: not so with standard output, pipes and devices.
        var keepsTable: Bool {
            table != "-"
                && (!FileManager.default.fileExists(atPath: table) || OutputPlan.isRegularFile(table))
        }
    }

    package let jobs: [Job]
    /// The directory that the tables go to, if one was named.
    private let folder: String?

    /// - Parameters:
    ///   - output: What `-o` said: a file, a directory, `-`, or nil for `NAME.csv` in the current directory.
    ///   - suffix: The ending of the name of each input's table, with its dot.
    ///   - overwrite: Whether a table that is there may be replaced.
    package init(inputs: [String], output: String?, suffix: (String) -> String, overwrite: Bool)
        throws(UsageError)
    {
        guard !inputs.isEmpty else { throw UsageError("no input given") }
        let isFolder = output.map { Self.isFolder($0) || $0.hasSuffix("/") } ?? true
        if inputs.count > 1, let output, !isFolder {
            let hint = output == "-" ? "" : " (or create it: mkdir \(output))"
            throw UsageError("-o \(output): \(inputs.count) inputs need a directory for their tables\(hint)")
        }
        folder = isFolder ? output : nil
        jobs = inputs.map { input in
            guard isFolder else { return Job(input: input, table: output ?? "-") }
            let name =
                ((input as NSString).lastPathComponent as NSString).deletingPathExtension + suffix(input)
            return Job(
                input: input, table: output.map { ($0 as NSString).appendingPathComponent(name) } ?? name)
        }
        try check(overwrite: overwrite)
    }

    /// The same with one ending for all.
    package init(inputs: [String], output: String?, suffix: String, overwrite: Bool) throws(UsageError) {
        try self.init(inputs: inputs, output: output, suffix: { _ in suffix }, overwrite: overwrite)
    }

    /// Makes the directory of the tables if it is not there.
    func prepare() throws(MienError) {
        guard let folder else { return }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .output("\(folder): the directory cannot be made: \(error.localizedDescription)")
        }
    }

    private func check(overwrite: Bool) throws(UsageError) {
        var inputOfTable: [String: String] = [:]
        for job in jobs where job.table != "-" {
            if let other = inputOfTable.updateValue(job.input, forKey: job.table) {
                throw UsageError("\(other) and \(job.input) would both be written to \(job.table)")
            }
            // Devices and pipes are written to; there is nothing in them to lose.
            if Self.isRegularFile(job.table) {
                if Self.isSameFile(job.table, job.input) {
                    throw UsageError("\(job.table) is the input itself; give another output with -o")
                }
                if !overwrite { throw UsageError("\(job.table) exists; -y overwrites it") }
            }
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    static func isRegularFile(_ path: String) -> Bool {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        return (try? resolved.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile ?? false
    }

    static func isSameFile(_ first: String, _ second: String) -> Bool {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return resolved(first) == resolved(second)
    }
}
