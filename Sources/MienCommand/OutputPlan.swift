import Foundation
import Mien
import MienCore

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
    ///   - suffix: The ending of each input's file, with its dot.
    ///   - kind: What is written, if a name's ending is to be checked. Tables in a directory are called after the
    ///     whole name of their clips, as those of folders of clips are.
    ///   - option: What `output` was given with.
    ///   - overwrite: Whether a table that is there may be replaced.
    package init(
        inputs: [String], output: String?, suffix: (String) -> String, kind: OutputKind? = nil,
        option: String = "-o", overwrite: Bool
    ) throws {
        guard !inputs.isEmpty else { throw UsageError("no input given") }
        let isFolder =
            output.map { Self.isFolder($0) || Self.namesFolder($0, several: inputs.count > 1) } ?? true
        if inputs.count > 1, let output, !isFolder {
            let hint = output == "-" ? "" : ", as in \(option) \((output as NSString).deletingPathExtension)/"
            throw UsageError("\(option) \(output): \(inputs.count) inputs need a directory\(hint)")
        }
        folder = isFolder ? output : nil
        let keepsEnding = kind != nil && output != nil
        jobs = inputs.map { input in
            guard isFolder else { return Job(input: input, table: output ?? "-") }
            let last = (input as NSString).lastPathComponent
            let name = (keepsEnding ? last : (last as NSString).deletingPathExtension) + suffix(input)
            return Job(
                input: input, table: output.map { ($0 as NSString).appendingPathComponent(name) } ?? name)
        }
        if let output, !isFolder { try kind?.check(output, option: option + " ") }
        try check(overwrite: overwrite)
    }

    /// Whether `output`, which is not there, is to be a directory: it ends in a slash, or several files go into it and
    /// it has no ending.
    static func namesFolder(_ output: String, several: Bool) -> Bool {
        if output.hasSuffix("/") { return true }
        return several && output != "-" && (output as NSString).pathExtension.isEmpty
            && !FileManager.default.fileExists(atPath: output)
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
                if isSameFile(job.table, job.input) {
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
}
