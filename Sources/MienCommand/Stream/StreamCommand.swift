import Foundation
import Mien
import MienTimeline

/// `mien stream`: rows as they happen.
struct StreamCommand: Subcommand {
    static let name = "stream"
    static let summary = "follow a camera or a stream: rows as they happen"
    static let usage = """
        SOURCE [options]

        Follows a camera (v4l2:///dev/video0), a stream (rtsp://..., udp://..., http://...), a pipe, a file, or
        standard input (-), and writes a row for each face as soon as it is known, as 'mien annotate' does for
        files. Rows never fall behind: a frame that there was no time for is 'dropped', a face that has not
        changed is 'held', and smoothing looks back only. A camera or stream that is lost is opened again; the
        table has a row 'outage' there. Ctrl-C ends the run, and its files are whole.

        Without -o, --json and --view the rows go to standard output.

        Examples:
          mien devices
          mien stream v4l2:///dev/video0 --view
          mien stream -f v4l2 -i /dev/video0 --video-size 1280x720 -o me.csv
          mien stream rtsp://camera.local/stream --json | jq .s_happiness
          mien stream lecture.mp4 --realtime --overlay lecture.overlay.mp4 -o lecture.csv
        """
    static let operands = Operands(files: [.media])
    static let options =
        [
            Option(
                "-o", "--output", value: "OUT.csv",
                help: "the table, which grows under its own name; - is standard output"),
            Option("-y", help: "overwrite files that are there"),
            Option("--json", help: "print each row as a line of JSON"),
            Option("--view", help: "show faces and figures on the terminal"),
            Option(
                "--overlay", value: "OUT",
                help:
                    "draw the rows into the video: a file (.mp4, .mov, .mkv), a pipe or -,\nor an address (rtmp://..., udp://...)"
            ),
        ] + LiveArguments.options + ModelOptions.options + SmoothingArguments.options + [
            Option("-q", "--quiet", help: "say nothing but errors and warnings")
        ]

    private let live: LiveArguments
    private let configuration: LiveConfiguration
    private let model: ModelOptions
    private let table: String?
    private let printsLines: Bool
    private let shows: Bool
    private let overlay: String?
    private let overwrites: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        live = try LiveArguments(arguments, operands: arguments.operands)
        var configuration = live.configuration
        try SmoothingArguments.apply(arguments, to: &configuration.analysis)
        self.configuration = configuration
        model = try ModelOptions(arguments)
        printsLines = arguments.has("--json")
        shows = arguments.has("--view")
        overlay = arguments.string("--overlay")
        overwrites = arguments.has("-y")
        isQuiet = arguments.has("--quiet")
        let asked = arguments.string("--output")
        table = asked ?? (printsLines || shows || overlay == "-" ? nil : "-")
        let users = [
            table == "-" ? "the table" : nil, printsLines ? "--json" : nil,
            overlay == "-" ? "--overlay" : nil,
        ]
        .compactMap(\.self)
        if users.count > 1 {
            throw UsageError("\(users.joined(separator: " and ")) cannot both go to standard output")
        }
        if let table { try OutputKind.table.check(table) }
        if let table, TableOutput.isFile(table), FileManager.default.fileExists(atPath: table), !overwrites {
            throw UsageError("\(table) exists; -y overwrites it")
        }
        if shows, !TerminalScreen.isPossible(STDERR_FILENO) {
            throw UsageError("--view: standard error is no terminal that can show it")
        }
        if let overlay {
            do { try LiveOverlay.check(output: overlay) } catch { throw UsageError("--overlay \(error)") }
        }
    }

    func run() throws -> ExitCode {
        let analyzer = try Analyzer(model: model.load())
        if let missing = analyzer.model.missingHead { Console.say(missing) }
        // Opened before anything is written: a mistyped name must not leave an empty table.
        let interrupt = Interrupt()
        let run: LiveRun
        do {
            run = try LiveRun(
                live.source, model: analyzer.model, configuration: configuration,
                cancellation: interrupt.cancellation)
        } catch {
            if interrupt.cancellation.isCancelled { return .interrupted }
            throw error
        }
        // The table last: it is under its name from the start, and must not stay there empty.
        let overlay = try overlay.map {
            try LiveOverlay(
                output: $0, replacing: overwrites, format: run.pictureFormat,
                decisions: analyzer.model.decisions, waits: !run.isLive)
        }
        let outputs = try StreamOutputs(
            table: table, printsLines: printsLines, replacing: overwrites,
            groups: configuration.analysis.columnGroups)
        let session = StreamSession(
            run: run, analyzer: analyzer, source: live.source, configuration: configuration,
            outputs: outputs, overlay: overlay, shows: shows, isQuiet: isQuiet)
        return try session.follow(interrupt.cancellation)
    }
}
