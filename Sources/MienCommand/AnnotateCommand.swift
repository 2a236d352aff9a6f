import Foundation
import Mien
import MienCore

/// `mien annotate`: videos in, tables out.
struct AnnotateCommand: Subcommand {
    static let name = "annotate"
    static let summary = "video files to tables of expressions and action units"
    static let usage = """
        INPUT... [options]

        Writes one row for every frame and face of each INPUT: a video, a still image, or a numbered
        sequence such as img_%04d.png. The rows hold where the face is, how likely each of 8 expressions
        and 12 action units is, and the same smoothed over time. NAME.meta.json beside the table says how
        it was made. Without -o the table of clip.mp4 is clip.csv in the current directory; in a directory OUT
        it is OUT/clip.mp4.csv.

        An INPUT that is a folder stands for all videos and images below it; the table of
        DIR/day1/clip.mp4 is OUT/day1/clip.mp4.csv, and OUT/summary.csv says what came of each.

        Until all rows are there the table is called OUT.csv.partial. So it is left by whatever ends the run
        before, Ctrl-C too, and --resume goes on from it; without, nothing is thrown away (-y starts anew).
        An input that is cut short has its rows, and its table is finished.

        Examples:
          mien annotate clip.mp4
          mien annotate videos/ -o tables/ --resume
          mien annotate day1/*.mp4 -o tables/day1/
          mien annotate clip.mp4 -F openface -F eaf
          mien annotate clip.mp4 -ss 1:30 -t 20 --faces largest -o - | head
          mien annotate clip.mp4 --overlay clip.overlay.mp4
        """
    static let operands = Operands(files: [.media], repeats: true)
    static let options =
        [
            Option(
                "-o", "--output", value: "OUT",
                help: "the table (OUT.csv), a directory for tables, or - for standard output"),
            Option("-y", help: "overwrite tables that are there"),
            Option(
                "--resume",
                help:
                    "continue what an interrupted run left, and skip the tables that are\nfinished: of the same input, model and options"
            ),
            Option(
                "--jobs", value: "N",
                help: "clips of a folder at once. Changes no result. Default: 1"),
            Option(
                "--summary", value: "FILE.csv",
                help: "write what came of each input to FILE.csv. Default for folders: OUT/summary.csv"),
            Option(
                "--dry-run",
                help: "print the path of each clip of a folder, a tab, and the path of its table, and stop"),
        ] + TableProducts.options + ModelOptions.options + VideoArguments.options + GeometryArguments.options
        + [GeometryArguments.landmarkOption]
        + [
            Option(
                "--causal",
                help:
                    "smooth over what came before each frame only, with windows of the same\nwidth, as a live run does: smoothed scores lag by half of it"
            )
        ] + SmoothingArguments.options + [
            Option("-q", "--quiet", help: "say nothing but errors and warnings")
        ]

    private enum Plan {
        case inputs(OutputPlan, TableProducts)
        case folders(CorpusPlan, TableProducts, atOnce: Int)
        case list(CorpusPlan)
    }

    private let plan: Plan
    private let existing: ExistingTable
    private let model: ModelOptions
    private let configuration: Configuration
    private let keepsLandmarks: Bool
    private let isQuiet: Bool
    /// Where the summary goes, if anywhere but its usual place.
    private let summaryPath: String?

    init(_ arguments: Arguments) throws {
        var configuration = Configuration()
        try VideoArguments.apply(arguments, to: &configuration)
        try GeometryArguments.apply(arguments, to: &configuration)
        try SmoothingArguments.apply(arguments, to: &configuration)
        configuration.isCausal = arguments.has("--causal")
        keepsLandmarks = arguments.has("--landmarks")
        self.configuration = configuration
        model = try ModelOptions(arguments)
        isQuiet = arguments.has("--quiet")
        existing = ExistingTable(arguments)
        summaryPath = arguments.string("--summary")
        let jobs = try arguments.integer("--jobs", in: 1...256)
        let output = arguments.string("--output")
        let isDryRun = arguments.has("--dry-run")
        if CorpusPlan.applies(to: arguments.operands) {
            let folders = try CorpusPlan(inputs: arguments.operands, output: output)
            let products = try TableProducts(arguments, of: folders)
            if existing == .refuse, !isDryRun { try folders.checkIsNew() }
            plan = isDryRun ? .list(folders) : .folders(folders, products, atOnce: jobs ?? 1)
        } else {
            if jobs != nil || isDryRun {
                throw UsageError("--jobs and --dry-run are for folders; none of the inputs is one")
            }
            let tables = try OutputPlan(
                inputs: arguments.operands, output: output, suffix: { _ in ".csv" }, kind: .table,
                overwrite: existing != .refuse)
            plan = .inputs(tables, try TableProducts(arguments, of: tables))
        }
    }

    func run() throws -> ExitCode {
        switch plan {
        case .inputs(let plan, let products):
            return try annotate(plan, products, annotation())
        case .folders(let plan, let products, let atOnce):
            return try CorpusRun(
                plan: plan, annotation: annotation(), products: products, atOnce: atOnce,
                summaryPath: summaryPath ?? plan.summaryPath, isQuiet: isQuiet
            ).run(Interrupt())
        case .list(let plan):
            for (path, reason) in plan.failures { Console.say("\(path): \(reason)") }
            for job in plan.jobs { Console.print("\(job.input)\t\(job.table)") }
            return plan.failures.isEmpty ? .done : .partial
        }
    }

    private func annotation() throws(MienError) -> ClipAnnotation {
        let analyzer = try Analyzer(model: model.load())
        if let missing = analyzer.model.missingHead { Console.say(missing) }
        // Once, and not again for every clip of a folder.
        try analyzer.model.check(configuration.baseline)
        return ClipAnnotation(
            analyzer: analyzer, configuration: configuration, keepsLandmarks: keepsLandmarks,
            existing: existing)
    }

    private func annotate(
        _ plan: OutputPlan, _ products: TableProducts, _ annotation: ClipAnnotation
    ) throws -> ExitCode {
        try plan.prepare()
        try products.prepare()
        let interrupt = Interrupt()
        var failures: [ExitCode] = []
        var results: [ClipResult] = []
        for job in plan.jobs where !interrupt.cancellation.isCancelled {
            let job = CorpusPlan.Job(clip: job.input, input: job.input, table: job.table)
            do {
                let result = try annotate(job, annotation, cancellation: interrupt.cancellation)
                results.append(result)
                let failure: ExitCode? = result.status == .endedEarly ? .input : nil
                let other =
                    result.hasTable
                    ? try products.make(
                        of: job.table, job.input, isNew: result.isNew, cancellation: interrupt.cancellation)
                    : nil
                if let failure = failure ?? other { failures.append(failure) }
            } catch {
                if case MienError.closedPipe = error { throw error }
                Console.say("\(error)")
                failures.append(ExitCode(error))
                results.append(ClipResult(job, status: .failed, message: error.description))
            }
        }
        results += plan.jobs.dropFirst(results.count).map {
            ClipResult(CorpusPlan.Job(clip: $0.input, input: $0.input, table: $0.table), status: .pending)
        }
        if let summaryPath { try CorpusSummary(results).write(to: summaryPath) }
        if interrupt.cancellation.isCancelled { return .interrupted }
        return plan.jobs.count == 1 ? failures.first ?? .done : failures.isEmpty ? .done : .partial
    }

    private func annotate(
        _ job: CorpusPlan.Job, _ annotation: ClipAnnotation, cancellation: Cancellation
    ) throws(MienError) -> ClipResult {
        let start = ContinuousClock.now
        let progress = isQuiet ? nil : ProgressLine(name: job.input)
        defer { progress?.clear() }
        let outcome = try annotation(
            job.input, to: job.table, cancellation: cancellation,
            progress: { progress?.update(frames: $0, of: $1) })
        progress?.clear()
        let seconds = (ContinuousClock.now - start).inSeconds
        let result = ClipResult(job, outcome, seconds: seconds)
        defer { if let reason = outcome.endedEarly { Console.say(reason) } }
        guard case .run(let run) = outcome else {
            if !isQuiet { Console.say("\(job.table) is finished already") }
            return result
        }
        for warning in run.warnings { Console.say("\(job.input): \(warning)") }
        if !isQuiet, !run.isInterrupted { Console.say(Self.summary(job, run.counts, seconds: seconds)) }
        if run.isInterrupted { Console.say("\(job.input): \(Self.interruption(job, run))") }
        return result
    }

    private static func interruption(_ job: CorpusPlan.Job, _ run: AnalysisRun) -> String {
        guard run.keptPartial else { return "interrupted" }
        let way =
            OutputPlan.isRegularFile(job.input)
            ? "with --resume the same command goes on from there" : "-y starts anew"
        return "interrupted; its rows so far are in \(FileSink.partialPath(for: job.table)), and \(way)"
    }

    private static func summary(_ job: CorpusPlan.Job, _ counts: TableCounts, seconds: Double) -> String {
        let table = job.table == "-" ? "" : " in \(job.table)"
        let speed = String(format: "%.1f s (%.0f frames/s)", seconds, Double(counts.frames) / seconds)
        return "\(job.input): \(counted(counts.frames, "frame")), \(counted(counts.faces.count, "face")), "
            + "\(counted(counts.rows, "row"))\(table), \(speed)"
    }
}

extension ExistingTable {
    /// The choice by `-y` and `--resume`.
    init(_ arguments: Arguments) {
        switch (arguments.has("--resume"), arguments.has("-y")) {
        case (false, false): self = .refuse
        case (false, true): self = .replace
        case (true, false): self = .resume
        case (true, true): self = .resumeOrReplace
        }
    }
}
