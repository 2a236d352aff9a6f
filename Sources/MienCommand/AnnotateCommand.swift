import Foundation
import Mien

/// `mien annotate`: videos in, tables out.
struct AnnotateCommand: Subcommand {
    static let name = "annotate"
    static let summary = "video files to tables of expressions and action units"
    static let usage = """
        INPUT... [options]

        Writes one row for every frame and face of each INPUT: a video, a still image, or a numbered
        sequence such as img_%04d.png. The rows hold where the face is, how likely each of 8 expressions
        and 12 action units is, and the same smoothed over time. NAME.meta.json beside the table says how
        it was made. Without -o the table of clip.mp4 is clip.csv in the current directory.

        Examples:
          mien annotate clip.mp4
          mien annotate day1/*.mp4 -o tables/
          mien annotate clip.mp4 -F openface -F eaf
          mien annotate clip.mp4 -ss 1:30 -t 20 --faces largest -o - | head
        """
    static let options =
        [
            Option(
                "-o", "--output", value: "OUT",
                help: "the table (OUT.csv), a directory for tables, or - for standard output"),
            Option("-y", help: "overwrite tables that are there"),
            Option(
                "-F", value: "FORMAT[:FILE]",
                help:
                    "export the table when it is done, as mien export --to does:\n\(ExportFormat.allCases.map(\.rawValue).joined(separator: ", "));\nmay be repeated"
            ),
        ] + ModelOptions.options + VideoArguments.options + [
            Option(
                "--smooth-expression", value: "S",
                help:
                    "smooth expressions over S seconds, 0 for not at all.\nDefault: the model's, usually 3.4"),
            Option(
                "--smooth-au", value: "S",
                help:
                    "smooth action units over S seconds, 0 for not at all.\nDefault: the model's, usually 0.23"
            ),
            Option(
                "--gap-max", value: "S", help: "never smooth across S seconds without a reading. Default: 0.5"
            ),
            Option("-q", "--quiet", help: "say nothing but errors and warnings"),
        ]

    private let plan: OutputPlan
    private let exports: ExportPlan
    private let overwrites: Bool
    private let model: ModelOptions
    private let configuration: Configuration
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        var configuration = Configuration()
        try VideoArguments.apply(arguments, to: &configuration)
        configuration.expressionWindow = try arguments.seconds("--smooth-expression")
        configuration.actionUnitWindow = try arguments.seconds("--smooth-au")
        configuration.gapMaximum = try arguments.seconds("--gap-max") ?? configuration.gapMaximum
        self.configuration = configuration
        model = try ModelOptions(arguments)
        isQuiet = arguments.has("--quiet")
        overwrites = arguments.has("-y")
        plan = try OutputPlan(
            inputs: arguments.operands, output: arguments.string("--output"), suffix: ".csv",
            overwrite: overwrites)
        let requests = try ExportRequest.requests(arguments, "-F")
        if !requests.isEmpty, plan.jobs.contains(where: { $0.table == "-" }) {
            throw UsageError("-F: exports are made of the table, which needs a file: -o OUT.csv")
        }
        exports = try ExportPlan(
            tables: plan.jobs.map(\.table), requests: requests, option: "-F", overwrite: overwrites)
    }

    func run() throws -> ExitCode {
        let analyzer = try Analyzer(model: model.load())
        try plan.prepare()
        let interrupt = Interrupt()
        var failures: [ExitCode] = []
        for (job, export) in zip(plan.jobs, exports.jobs) where !interrupt.cancellation.isCancelled {
            do {
                if let failure = try annotate(job, with: analyzer, cancellation: interrupt.cancellation) {
                    failures.append(failure)
                }
                try self.export(export)
            } catch {
                Console.say("\(error)")
                failures.append(ExitCode(error))
            }
        }
        if interrupt.cancellation.isCancelled { return .interrupted }
        return plan.jobs.count == 1 ? failures.first ?? .done : failures.isEmpty ? .done : .partial
    }

    private func annotate(
        _ job: OutputPlan.Job, with analyzer: Analyzer, cancellation: Cancellation
    ) throws(MienError) -> ExitCode? {
        let start = ContinuousClock.now
        let progress = isQuiet ? nil : ProgressLine(name: job.input)
        defer { progress?.clear() }
        let run = try analyzer.annotate(
            job.input, to: job.table == "-" ? .standardOutput : .file(job.table), replacing: overwrites,
            configuration: configuration, cancellation: cancellation,
            progress: { progress?.update(frames: $0, of: $1) })
        progress?.clear()
        for warning in run.warnings { Console.say("\(job.input): \(warning)") }
        if !isQuiet {
            Console.say(Self.summary(job, run.counts, seconds: (ContinuousClock.now - start).inSeconds))
        }
        guard let reason = run.endedEarly else { return nil }
        Console.say(reason)
        return .input
    }

    /// Makes the exports of a table that is there, also of one that was interrupted: it takes no time to speak of.
    private func export(_ job: ExportPlan.Job) throws(MienError) {
        guard !job.outputs.isEmpty else { return }
        let export = ExportJob(
            job: job, arguments: ExportArguments(), replacing: overwrites, isQuiet: isQuiet)
        do { _ = try export.run(Cancellation()) } catch { throw .output("\(error)") }
    }

    private static func summary(_ job: OutputPlan.Job, _ counts: TableCounts, seconds: Double) -> String {
        let faces = counts.faces.count
        let table = job.table == "-" ? "" : " in \(job.table)"
        let speed = String(format: "%.1f s (%.0f frames/s)", seconds, Double(counts.frames) / seconds)
        return "\(job.input): \(counts.frames) frames, \(faces) \(faces == 1 ? "face" : "faces"), "
            + "\(counts.rows) rows\(table), \(speed)"
    }
}
