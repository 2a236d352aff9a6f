import Foundation
import Mien
import MienCore

/// `mien merge`: the tables of many clips to one.
struct MergeCommand: Subcommand {
    static let name = "merge"
    static let summary = "the tables of many clips to one"
    static let usage = """
        TABLES [-o OUT.csv] [options]

        Joins tables of 'mien annotate' into one, in the order of their paths, with a column 'clip' in front:
        the path of the table below TABLES, without its '.csv'. TABLES is the folder that 'mien annotate' wrote
        them to; a table that has no NAME.meta.json beside it, as summary.csv, is left out, and so is one that is
        not finished, NAME.csv.partial, with a message. Two tables of the same clip are refused, unless --list
        names them. Needs hardly any memory, however long the tables.

        Examples:
          mien merge tables/ -o all.csv
          mien merge tables/ --list clips.txt -o all.csv
        """
    static let operands = Operands(files: [.folder])
    static let options = [
        Option("-o", "--output", value: "OUT.csv", help: "the table; default: standard output"),
        Option(
            "--list", value: "FILE",
            help:
                "merge the clips named in FILE, one a line as the column 'clip' has them,\nin that order, instead of all; one without a table is an error"
        ),
        Option("-y", help: "overwrite a table that is there"),
        Option("-q", "--quiet", help: "say nothing but errors"),
    ]

    private let folder: String
    private let list: String?
    private let output: String
    private let overwrites: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw UsageError("expected one folder of tables, not \(arguments.operands.count)")
        }
        folder = arguments.operands[0]
        list = arguments.string("--list")
        output = arguments.string("--output") ?? "-"
        try OutputKind.table.check(output)
        overwrites = arguments.has("-y")
        isQuiet = arguments.has("--quiet")
    }

    func run() throws -> ExitCode {
        do {
            let clips = try list.map(Self.lines(of:)) ?? wholeFolder()
            guard !clips.isEmpty else {
                throw MienError.input("\(list ?? folder): no table to merge")
            }
            let sink = try TableOutput.sink(for: output, replacing: overwrites)
            do {
                var merge = TableMerge(sink: sink)
                for clip in clips { try merge.append(TableFolder.path(of: clip, in: folder), clip: clip) }
                try merge.commit()
                if merge.roundedTimestamps > 0 {
                    Console.say(
                        "A spreadsheet rounded pts in \(merge.roundedTimestamps) rows (as 1.23457E+12): left out."
                    )
                }
                if !isQuiet {
                    Console.say(
                        "\(counted(merge.tables, "table")), \(counted(merge.rows, "row"))"
                            + (output == "-" ? "" : " in \(output)"))
                }
            } catch {
                // Not the rows of an interrupted run, but of one that cannot be made.
                (sink as? FileSink)?.discard()
                throw error
            }
        } catch let error as TimelineError where error.isClosedPipe {
            return .input
        }
        return .done
    }

    /// The clips of all tables, each of them once.
    private func wholeFolder() throws(MienError) -> [String] {
        let found = try TableFolder(folder)
        var same = SameClip()
        for clip in found.clips { try same.add(clip, at: TableFolder.path(of: clip, in: folder)) }
        for path in found.unfinished { Console.say("\(path): not finished, left out") }
        return found.clips
    }

    private static func lines(of path: String) throws(MienError) -> [String] {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw .input("\(path): no such file, or it cannot be read; expected a list of clips")
        }
        let lines = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isNewline).map(
            String.init)
        var known: Set<String> = []
        if let twice = lines.first(where: { !known.insert($0).inserted }) {
            throw .input("\(path): \(twice) is there twice")
        }
        return lines
    }
}
