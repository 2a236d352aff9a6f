import Foundation
import Mien
import MienCore
import MienHeads
import MienReport
import MienTimeline

/// `mien report`: a table in, a page to look at it out.
struct ReportCommand: Subcommand {
    static let name = "report"
    static let summary = "a table and its video as one page for the browser"
    static let usage = """
        TABLE.csv [-o OUT.html] [options]

        Writes one page that shows the table beside its video: expressions and action units over time, the
        face at the cursor, a summary, long events, and how the table was made. It opens from the disk, without
        a network or a server. The video is linked by its path relative to the page, so that the two can be
        moved together, or put into the page with --embed: a video that not every browser plays, such as HEVC,
        ProRes or an AVI file, as a copy in H.264. Without -o the page of clip.csv is clip.html in the current
        directory; without --video the video is the one that TABLE.meta.json names.

        Examples:
          mien report clip.csv
          mien report clip.csv --embed -o to-a-colleague.html
          mien report day1/clip.csv --video day1/clip.mp4 --min-event 0.5 -o day1/clip.html
        """
    static let operands = Operands(files: [.table])
    static let options = [
        Option("-o", "--output", value: "OUT", help: "the page (OUT.html), or - for standard output"),
        Option("-y", help: "overwrite it if it is there"),
        Option("--video", value: "CLIP", help: "the video or image the table is of"),
        Option("--embed", help: "put the video, or a copy that browsers play, into the page;\nup to 256 MiB"),
        Option("--no-video", help: "show the timelines alone"),
        Option(
            "--min-event", value: "S", help: "list what lasts S seconds or longer. Default: 1"),
        Option(
            "--au-threshold", value: "P",
            help: "action units are active from this probability.\nDefault: the model's, or 0.5"),
        Option(
            "--model", value: "DIR",
            help:
                "the model that made the table, for what it says of its limits.\nDefault: the one TABLE.meta.json names"
        ),
        Option("-q", "--quiet", help: "say nothing but errors and warnings"),
    ]

    private let table: String
    private let output: OutputFile
    private let video: String?
    private let embeds: Bool
    private let showsVideo: Bool
    private let minimumEvent: Double
    private let threshold: Float?
    private let model: String?
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        guard let table = arguments.operands.first, arguments.operands.count == 1 else {
            throw UsageError("expected one table, as in mien report clip.csv")
        }
        self.table = table
        video = arguments.string("--video")
        embeds = arguments.has("--embed")
        showsVideo = !arguments.has("--no-video")
        if !showsVideo, video != nil || embeds {
            throw UsageError("--no-video: does not go with --video or --embed")
        }
        let stem =
            table == "-"
            ? "report" : ((table as NSString).lastPathComponent as NSString).deletingPathExtension
        output = try OutputFile(
            arguments.string("--output") ?? stem + ".html", kind: .page, overwrites: arguments.has("-y"),
            inputs: [table] + (video.map { [$0] } ?? []))
        minimumEvent = try arguments.seconds("--min-event") ?? 1
        let threshold = try arguments.number("--au-threshold")
        if let threshold, !(0...1).contains(threshold) {
            throw UsageError("--au-threshold \(threshold): expected a probability from 0 to 1")
        }
        self.threshold = threshold.map { Float($0) }
        model = arguments.string("--model")
        isQuiet = arguments.has("--quiet")
    }

    func run() throws -> ExitCode {
        let start = ContinuousClock.now
        let interrupt = Interrupt()
        let rows = try TableReader(path: table)
        let record = RunRecord(table: table)
        var page = try ReportPage(
            title: record.metadata?.input.name ?? record.tableName, tableName: record.tableName,
            version: mienVersion)
        page.run = record.metadata
        page.notes = record.notes
        do {
            try describeModel(record, on: &page)
        } catch let error as HeadsError {
            Console.say("\(error)")
            return .model
        }
        let copy = showsVideo ? try addVideo(record, to: &page, interrupt.cancellation) : nil
        defer { withExtendedLifetime(copy) {} }
        if interrupt.cancellation.isCancelled { return .interrupted }
        if let gap = record.metadata?.options["gap-max"]?.seconds { page.summary.gapMaximum = gap }
        page.summary.minimumEvent = minimumEvent
        let counts = try output.write { try page.write(rows, to: $0) }
        if !isQuiet {
            let name = output.path == "-" ? "the page" : output.path
            let time = String(format: "%.1f s", (ContinuousClock.now - start).inSeconds)
            Console.say(
                "\(name): \(counted(counts.rows, "row")), \(counted(counts.faces.count, "face")), \(time)"
            )
        }
        return .done
    }

    private func describeModel(_ record: RunRecord, on page: inout ReportPage) throws {
        let manifest = try record.manifest(folder: model)
        if let manifest {
            page.model = ModelCard(manifest, name: record.metadata?.model.name ?? model ?? "")
            page.summary.thresholds = manifest.calibration.actionUnitThresholds.map { Float($0) }
        } else if let name = record.metadata?.model.name {
            page.notes.append(
                "The model \(name) is not at hand any more, so what it says of its own limits is not shown.")
        }
        if let threshold {
            page.summary.thresholds = Array(repeating: threshold, count: ActionUnitScores.count)
        }
    }

    /// Adds the video, or in its place a copy, which must live until the page is written.
    private func addVideo(
        _ record: RunRecord, to page: inout ReportPage, _ cancellation: Cancellation
    ) throws -> PlayableCopy? {
        guard let path = video ?? record.video else {
            if embeds {
                throw UsageError(
                    "--embed: the video is not where \(table) was made from; name it with --video")
            }
            if let name = record.metadata?.input.name {
                page.notes.append("The video \(name) was not found when the page was made.")
            }
            return nil
        }
        guard let found = try open(path, page: &page, cancellation), !cancellation.isCancelled else {
            return nil
        }
        guard embeds, let obstacle = found.obstacle else {
            var media = try PageMedia(path: path, page: output.path, embedded: embeds)
            media.start = found.start
            media.obstacle = found.obstacle
            page.media = media
            if let obstacle = found.obstacle {
                Console.say(
                    "\(path): not every browser plays \(obstacle); --embed puts a copy that they play into the page"
                )
            }
            return nil
        }
        let progress = isQuiet ? nil : ProgressLine(name: path)
        defer { progress?.clear() }
        let copy = try PlayableCopy(
            of: path, limit: PageMedia.largestEmbedded, cancellation: cancellation,
            progress: { progress?.update(frames: $0, of: $1) })
        progress?.clear()
        if cancellation.isCancelled { return nil }
        var media = try PageMedia(path: copy.path, page: output.path, embedded: true)
        media.name = (path as NSString).lastPathComponent
        media.start = try TableVideo(copy.path).start
        page.media = media
        page.notes.append(
            "The video in the page is a copy, as not every browser plays \(obstacle); the table was made from the original."
        )
        for warning in copy.warnings { Console.say("\(path): \(warning)") }
        if !isQuiet {
            Console.say(
                "\(path): not every browser plays \(obstacle); a copy (\(copy.encoder)) is in the page")
        }
        return copy
    }

    /// Opens the video and checks that it is the table's. One that the user named must be; one that only lies where
    /// the metadata say may have changed since.
    private func open(
        _ path: String, page: inout ReportPage, _ cancellation: Cancellation
    ) throws -> TableVideo? {
        let progress = isQuiet ? nil : ProgressLine(name: path)
        defer { progress?.clear() }
        do {
            let found = try TableVideo(path)
            // Rows from standard input can be read only once.
            if table != "-" {
                try found.check(against: table, cancellation: cancellation) {
                    progress?.update(frames: $0, of: $1)
                }
            }
            return found
        } catch {
            guard video == nil, !embeds else { throw error }
            progress?.clear()
            Console.say("\(error); the page does without it")
            page.notes.append("The video \((path as NSString).lastPathComponent) is not shown: \(error).")
            return nil
        }
    }
}

extension MetadataValue {
    /// The number of seconds, if it is one.
    fileprivate var seconds: Double? {
        switch self {
        case .number(let seconds): seconds
        case .integer(let seconds): Double(seconds)
        default: nil
        }
    }
}
