import Foundation
import Mien
import MienExport
import MienTimeline

/// `mien export`: a table to the formats of other programs.
struct ExportCommand: Subcommand {
    static let name = "export"
    static let summary = "tables to OpenFace, Py-Feat, ELAN, BORIS, Label Studio, subtitles, JSON lines"
    static let usage = """
        TABLE... --to FORMAT[:FILE] [--to ...] [options]

        Writes what mien annotate wrote in the formats of other programs. Without FILE, clip.csv becomes a file
        beside it with the ending of the format; FILE may be a folder, or - for standard output. The video and the
        model's thresholds are taken from clip.meta.json. docs/exports.md says what is in each, and what is not.

          openface      clip.openface.csv     the columns of OpenFace 2.2, probability times 5 as intensity
          pyfeat        clip.pyfeat.csv       the columns of Py-Feat
          jsonl         clip.jsonl            every row as a JSON object
          events        clip.events.csv       a row for every interval in which a face shows something
          faces         clip.face0.csv ...    for every face, its scores over time
          eaf           clip.eaf              ELAN, a tier for each face and label; mien import reads it back
          webvtt        clip.vtt              subtitles
          boris         clip.boris            a project of BORIS with state events
          labelstudio   clip.labelstudio.json tasks for Label Studio with predictions, and the tables of faces

        Examples:
          mien export clip.csv --to openface --to eaf
          mien export tables/*.csv --to eaf:elan/ --labels happiness,AU06,AU12 --min-duration 0.5
          mien export clip.csv --to jsonl:- | head
        """
    static let operands = Operands(files: [.table], repeats: true)
    static let options =
        [
            Option(
                "--to", value: "FORMAT[:FILE]", choices: ExportFormat.allCases.map(\.rawValue),
                help: "what to make; may be repeated"),
            Option("-y", help: "overwrite files that are there"),
        ] + ExportArguments.options + [
            Option("-q", "--quiet", help: "say nothing but errors and warnings")
        ]

    private let plan: ExportPlan
    private let arguments: ExportArguments
    private let overwrites: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        let requests = try ExportRequest.requests(arguments, "--to")
        guard !arguments.operands.isEmpty else { throw UsageError("no table given") }
        guard !requests.isEmpty else { throw UsageError("no format given: --to FORMAT") }
        overwrites = arguments.has("-y")
        isQuiet = arguments.has("--quiet")
        self.arguments = try ExportArguments(arguments)
        plan = try ExportPlan(
            tables: arguments.operands, requests: requests, option: "--to", overwrite: overwrites)
    }

    func run() throws -> ExitCode {
        let interrupt = Interrupt()
        var failures: [ExitCode] = []
        for job in plan.jobs where !interrupt.cancellation.isCancelled {
            do {
                let export = ExportJob(
                    job: job, arguments: arguments, replacing: overwrites, isQuiet: isQuiet)
                if try !export.run(interrupt.cancellation) { return .interrupted }
            } catch  where error.isClosedPipe {
                // `| head` has what it wanted.
                continue
            } catch {
                Console.say("\(error)")
                failures.append(.input)
            }
        }
        if interrupt.cancellation.isCancelled { return .interrupted }
        return plan.jobs.count == 1 ? failures.first ?? .done : failures.isEmpty ? .done : .partial
    }
}
