import Mien
import MienCore
import MienExport
import MienTimeline

/// What `mien annotate` makes of each finished table besides: exports, and an overlay.
struct TableProducts: Sendable {
    static let options = [
        OverlayPlan.option,
        Option(
            "-F", value: "FORMAT[:FILE]", choices: ExportFormat.allCases.map(\.rawValue),
            help:
                "export the table when it is done, as mien export --to does:\n\(ExportFormat.allCases.map(\.rawValue).joined(separator: ", "));\nmay be repeated"
        ),
    ]

    private let overlays: OverlayPlan?
    private let exports: [String: ExportPlan.Job]
    private let existing: ExistingTable
    private let isQuiet: Bool

    /// Of the tables of videos.
    init(_ arguments: Arguments, of tables: OutputPlan) throws {
        try self.init(
            arguments, tables: tables.jobs.map(\.table), overlays: OverlayPlan(arguments, tables: tables))
    }

    /// Of the tables of folders.
    init(_ arguments: Arguments, of folders: CorpusPlan) throws {
        if arguments.has(OverlayPlan.option.key) {
            throw UsageError(
                "\(OverlayPlan.option.key): takes videos, not folders; 'mien overlay' draws a table that is there"
            )
        }
        try self.init(arguments, tables: folders.jobs.map(\.table), overlays: nil)
    }

    private init(_ arguments: Arguments, tables: [String], overlays: OverlayPlan?) throws {
        self.overlays = overlays
        existing = ExistingTable(arguments)
        isQuiet = arguments.has("--quiet")
        let requests = try ExportRequest.requests(arguments, "-F")
        guard !requests.isEmpty else {
            exports = [:]
            return
        }
        guard !tables.contains("-") else {
            throw UsageError("-F: exports are made of the table, which needs a file: -o OUT.csv")
        }
        let plan = try ExportPlan(
            tables: tables, requests: requests, option: "-F", overwrite: existing != .refuse)
        exports = Dictionary(uniqueKeysWithValues: plan.jobs.map { ($0.table, $0) })
    }

    /// Makes what directories are needed.
    func prepare() throws(MienError) { try overlays?.prepare() }

    /// Makes them of `table`, also of one that an interruption ended: an export takes no time to speak of, and an
    /// overlay says how to make it later.
    ///
    /// - Parameter isNew: Whether this run wrote the table. Of one that was finished before, only exports that are
    ///   missing are made.
    /// - Returns: Nil if all went well.
    func make(
        of table: String, _ input: String, isNew: Bool, cancellation: Cancellation
    ) throws(MienError) -> ExitCode? {
        if let job = exports[table], isNew || !job.isThere {
            let export = ExportJob(
                job: job, arguments: ExportArguments(), replacing: existing != .refuse, isQuiet: isQuiet)
            do { _ = try export.run(Cancellation()) } catch { throw .output("\(error)") }
        }
        return try overlays?.draw(table, of: input, cancellation: cancellation)
    }
}

extension ExportPlan.Job {
    /// Whether all files are there; of those with one for each face that is not known.
    fileprivate var isThere: Bool {
        outputs.allSatisfy { !$0.format.hasFileForEachFace && OutputPlan.isRegularFile($0.path) }
    }
}
