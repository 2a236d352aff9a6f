import Foundation
import Mien

/// Which clips a run over folders annotates, and the table of each, decided before any is read.
///
/// The table of `DIR/day1/clip.mp4` is `OUT/day1/clip.mp4.csv`: with the ending, so that `clip.mp4` and
/// `clip.mov` have two, and always, so that a name does not depend on which other clips there are. Of several
/// inputs each has a folder of its own in OUT, after its name.
package struct CorpusPlan {
    /// One clip and its table.
    package struct Job: Equatable, Sendable {
        /// What the clip is called in messages and summaries: its path below OUT without the table's ending.
        package let clip: String
        package let input: String
        package let table: String

        package init(clip: String, input: String, table: String) {
            self.clip = clip
            self.input = input
            self.table = table
        }
    }

    package let inputs: [String]
    package let output: String
    package private(set) var jobs: [Job] = []
    /// Where the summary goes. No table has this name, since theirs end in `.mp4.csv` and the like.
    package var summaryPath: String { (output as NSString).appendingPathComponent("summary.csv") }
    /// Folders that could not be looked into, and why.
    package private(set) var failures: [(path: String, reason: String)] = []

    /// The files of the folders that are no clips.
    package private(set) var leftOut = LeftOut()

    /// Whether any of `inputs` is a folder, which makes it a run over folders.
    package static func applies(to inputs: [String]) -> Bool { inputs.contains(where: OutputPlan.isFolder) }

    /// - Parameters:
    ///   - inputs: Folders, and files beside them.
    ///   - output: What `-o` said: a folder, there or not.
    package init(inputs: [String], output: String?) throws(UsageError) {
        guard let output, output != "-" else {
            throw UsageError("a folder as input needs one for its tables: -o OUT")
        }
        guard OutputPlan.isFolder(output) || OutputPlan.namesFolder(output, several: true) else {
            let way = FileManager.default.fileExists(atPath: output) ? "" : " (-o \(output)/ makes it)"
            throw UsageError("-o \(output): expected a folder for the tables\(way)")
        }
        self.inputs = inputs
        self.output = output
        var owners: [[UInt8]: String] = [:]
        for input in inputs {
            let base = inputs.count == 1 ? "" : Self.name(of: input)
            // By bytes: strings that only look the same are two names to a file system.
            if let other = owners.updateValue(input, forKey: Array(base.utf8)) {
                throw UsageError(
                    "the tables of \(other) and \(input) would both be under \(base); annotate them one at a time"
                )
            }
            add(input, base: base)
        }
    }

    /// The directories of the tables.
    package var folders: [String] {
        var known: Set<String> = []
        return jobs.map { ($0.table as NSString).deletingLastPathComponent }.filter {
            known.insert($0).inserted
        }
    }

    /// Refuses to begin where a table, or the rows of an interrupted run, would be in the way.
    package func checkIsNew() throws(UsageError) {
        for job in jobs {
            for path in [job.table, FileSink.partialPath(for: job.table)] where access(path, F_OK) == 0 {
                throw UsageError("\(path) exists; --resume goes on from what is there, -y overwrites it")
            }
        }
    }

    private mutating func add(_ input: String, base: String) {
        guard OutputPlan.isFolder(input) else {
            jobs.append(job(clip: base, input: input))
            return
        }
        let finder = ClipFinder(input, output: output)
        let prefix = base.isEmpty ? "" : base + "/"
        let root = input.hasSuffix("/") ? input : input + "/"
        jobs += finder.clips.map { job(clip: prefix + $0, input: root + $0) }
        leftOut.add(finder.leftOut)
        failures += finder.failures.map { (root + $0.path, $0.reason) }
    }

    private func job(clip: String, input: String) -> Job {
        let root = output.hasSuffix("/") ? output : output + "/"
        return Job(clip: clip, input: input, table: root + clip + ".csv")
    }

    private static func name(of input: String) -> String {
        guard let real = realpath(input, nil) else { return (input as NSString).lastPathComponent }
        defer { free(real) }
        // The name as it was given, unless it is one such as "..".
        let name = (input as NSString).lastPathComponent
        return [".", "..", "/"].contains(name) ? (String(cString: real) as NSString).lastPathComponent : name
    }
}
