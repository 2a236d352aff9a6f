import Foundation
import Mien
import MienCore

/// `mien overlay`: a table and its video in, a video with the table drawn into it out.
struct OverlayCommand: Subcommand {
    static let name = "overlay"
    static let summary = "a table drawn into its video: boxes, labels and bars"
    static let usage = """
        TABLE.csv VIDEO [-o OUT.mp4] [options]

        Draws what the table says of each frame into the video it was made from: every face's box, number,
        expression and action units, smoothed as in the table, and the frame's number, time and status.
        The video keeps its size, its timestamps and its audio; of a still image it is a still image.
        If the table is of a part of the video, the overlay is of that part, and begins at 0. Without -o
        the overlay of clip.mp4 is clip.overlay.mp4 in the current directory.

        Examples:
          mien overlay clip.csv clip.mp4
          mien annotate clip.mp4 --overlay clip.overlay.mp4    # both at once
        """
    static let operands = Operands(files: [.table, .media])
    static let options = [
        Option(
            "-o", "--output", value: "OUT",
            help: "the video; its name ends in .mp4, .mov or .mkv, of a still image in .png\nor .jpg"),
        Option("-y", help: "overwrite it if it is there"),
        VideoArguments.streamOption,
        Option("-q", "--quiet", help: "say nothing but errors and warnings"),
    ]

    private let job: Overlay
    private let output: String
    private let overwrites: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        guard arguments.operands.count == 2 else {
            throw UsageError("expected a table and its video: mien overlay clip.csv clip.mp4")
        }
        var job = Overlay(table: arguments.operands[0], video: arguments.operands[1])
        job.videoStream = try VideoArguments.stream(arguments)
        self.job = job
        overwrites = arguments.has("-y")
        isQuiet = arguments.has("--quiet")
        let plan = try OutputPlan(
            inputs: [job.video], output: arguments.string("--output"),
            suffix: { Overlay.isStill($0) ? ".overlay.png" : ".overlay.mp4" },
            overwrite: overwrites)
        output = plan.jobs[0].table
    }

    func run() throws -> ExitCode {
        let interrupt = Interrupt()
        return try Self.draw(
            job, to: output, overwrites: overwrites, isQuiet: isQuiet, cancellation: interrupt.cancellation)
    }

    /// Writes one overlay and says what came of it.
    static func draw(
        _ job: Overlay, to output: String, overwrites: Bool, isQuiet: Bool, cancellation: Cancellation
    ) throws(MienError) -> ExitCode {
        let start = ContinuousClock.now
        let progress = isQuiet ? nil : ProgressLine(name: output)
        defer { progress?.clear() }
        let run = try job.write(
            to: output, replacing: overwrites, cancellation: cancellation,
            progress: { progress?.update(frames: $0, of: $1) })
        progress?.clear()
        for warning in run.warnings { Console.say("\(output): \(warning)") }
        if let partial = run.partialPath {
            Console.say(
                "\(output): interrupted; \(counted(run.frames, "frame")) in \(partial), -y starts anew")
        } else if run.frames == 0 {
            Console.say("\(output): not written, as there was no time for the first frame")
        } else if !isQuiet {
            let seconds = (ContinuousClock.now - start).inSeconds
            let speed = String(format: "%.1f s (%.0f frames/s)", seconds, Double(run.frames) / seconds)
            Console.say("\(output): \(counted(run.frames, "frame")), \(speed)")
        }
        if let reason = run.endedEarly {
            Console.say("\(output) ends early: \(reason)")
            return .input
        }
        return run.isInterrupted ? .interrupted : .done
    }
}
