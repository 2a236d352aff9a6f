import Foundation
import Mien
import MienExport
import MienTimeline

/// The options that say how a table is exported.
struct ExportArguments {
    static let options = [
        Option(
            "--scores", value: "raw|smoothed",
            help:
                "export these scores. Default: raw for openface and pyfeat,\nsmoothed for intervals and for tables over time"
        ),
        Option(
            "--on", value: "P",
            help:
                "an interval begins where a score reaches P. Default: the model's\nthreshold for an action unit, 0.5 for an expression"
        ),
        Option(
            "--off", value: "P",
            help: "and ends where it is below P, no higher than --on.\nDefault: 0.8 times that"
        ),
        Option(
            "--min-duration", value: "S", help: "leave out intervals shorter than S seconds. Default: 0.2"),
        Option(
            "--gap-max", value: "S",
            help:
                "an interval reaches across no more than S seconds in which the face\nis not seen. Default: as the table was smoothed, usually 0.5"
        ),
        Option(
            "--labels", value: "L,...",
            help:
                "intervals of these only, such as happiness,AU12. Default: all\nbut the action units that the model grades as weak"
        ),
        Option(
            "--min-quality", value: "Q",
            help:
                "intervals leave out readings of a lower quality, of tables that have it\n(--geometry). Default: 0"
        ),
        Option(
            "--media", value: "VIDEO", help: "the video of the table. Default: the one its metadata name"),
        Option(
            "--first-frame", value: "S",
            help:
                "the first frame is S seconds after the start of the video.\nDefault: as the metadata say, or 0"
        ),
        Option(
            "--table-prefix", value: "TEXT",
            help: "what Label Studio has to put before the tables' names.\nDefault: /data/local-files/?d="),
    ]

    private let scores: ExportScores?
    private let events: EventOptions
    private let gapMaximum: Double?
    private let media: String?
    private let firstFrame: Double?
    private let tablePrefix: String?

    /// What is usual.
    init() {
        (scores, gapMaximum, media, firstFrame, tablePrefix) = (nil, nil, nil, nil, nil)
        events = EventOptions()
    }

    init(_ arguments: Arguments) throws(UsageError) {
        scores = try arguments.choice("--scores", of: ExportScores.allCases.map(\.rawValue))
            .flatMap(ExportScores.init(rawValue:))
        var events = EventOptions()
        for key in ["--on", "--off"] {
            guard let value = try arguments.number(key) else { continue }
            guard 0...1 ~= value, value > 0 || key == "--off" else {
                throw UsageError("\(key) \(value): expected a probability above 0, up to 1")
            }
            if key == "--on" { events.on = value } else { events.off = value }
        }
        if let on = events.on, let off = events.off, off > on {
            throw UsageError("--off \(off): expected no more than --on, which is \(on)")
        }
        events.minimumDuration = try arguments.seconds("--min-duration") ?? events.minimumDuration
        if let quality = try arguments.number("--min-quality") {
            guard 0...1 ~= quality else { throw UsageError("--min-quality \(quality): expected 0 to 1") }
            events.minimumQuality = quality
        }
        if let names = arguments.string("--labels") {
            events.labels = try Self.labels(names)
        }
        self.events = events
        gapMaximum = try arguments.seconds("--gap-max")
        media = arguments.string("--media")
        firstFrame = try arguments.number("--first-frame")
        tablePrefix = arguments.string("--table-prefix")
    }

    private static func labels(_ names: String) throws(UsageError) -> [EventLabel] {
        var chosen: Set<EventLabel> = []
        for name in names.split(separator: ",", omittingEmptySubsequences: false) {
            guard let label = EventLabel(name: name) else {
                let words = EventLabel.all.map(\.name)
                let hint = Spelling.hint(String(name), in: words)
                throw UsageError(
                    "--labels \(names): \"\(name)\" is none of \(words.joined(separator: ", "))\(hint)")
            }
            chosen.insert(label)
        }
        return EventLabel.all.filter(chosen.contains)
    }

    /// What exporters of `table` are told.
    ///
    /// - Throws: ``TimelineError`` if there are metadata that cannot be read.
    func context(table: String) throws(TimelineError) -> ExportContext {
        let path = RunMetadata.path(forTable: table)
        let metadata =
            table != "-" && FileManager.default.fileExists(atPath: path)
            ? try RunMetadata(contentsOf: path) : nil
        let name = table == "-" ? "table" : (ExportPlan.stem(of: table) as NSString).lastPathComponent
        var context = ExportContext(name: name, metadata: metadata)
        let gap = gapMaximum ?? context.events.gapMaximum
        context.events = events
        context.events.gapMaximum = gap
        context.scores = scores
        context.firstFrame = firstFrame ?? context.firstFrame
        context.tablePrefix = tablePrefix ?? context.tablePrefix
        context.media = media.map(Self.absolute) ?? Self.media(of: table, metadata)
        return context
    }

    /// The input that the metadata name: as it is from here or, like a table that was moved together with its
    /// video, beside the table.
    private static func media(of table: String, _ metadata: RunMetadata?) -> String? {
        guard let input = metadata?.input, input.path != "-" else { return nil }
        guard !input.path.contains("://"), !FileManager.default.fileExists(atPath: input.path) else {
            return absolute(input.path)
        }
        let beside = ((table as NSString).deletingLastPathComponent as NSString).appendingPathComponent(
            input.name)
        return absolute(FileManager.default.fileExists(atPath: beside) ? beside : input.path)
    }

    private static func absolute(_ path: String) -> String {
        path.contains("://") ? path : URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
