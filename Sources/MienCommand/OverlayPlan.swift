import Mien
import MienCore

/// Which video the finished table of each input is drawn into: `--overlay` of `mien annotate`.
struct OverlayPlan {
    static let option = Option(
        "--overlay", value: "OUT",
        help:
            "then draw the table into the video: OUT.mp4, .mov or .mkv, of a still image\nOUT.png or .jpg, or a directory"
    )

    /// The videos, in the order of the inputs.
    private let videos: OutputPlan
    private let overwrites: Bool
    private let isQuiet: Bool

    /// Nil if `arguments` ask for none.
    init?(_ arguments: Arguments, tables: OutputPlan) throws {
        guard let output = arguments.string(Self.option.key) else { return nil }
        overwrites = arguments.has("-y")
        isQuiet = arguments.has("--quiet")
        videos = try OutputPlan(
            inputs: arguments.operands, output: output, suffix: { Overlay.isStill($0) ? ".png" : ".mp4" },
            option: Self.option.key,
            overwrite: overwrites)
        for (video, table) in zip(videos.jobs, tables.jobs) {
            guard table.keepsTable else {
                throw UsageError("--overlay is drawn from the finished table: give that a file with -o")
            }
            guard video.table != table.table else {
                throw UsageError("\(table.table) cannot be both the table and its overlay")
            }
            try Overlay.check(video: video.input, output: video.table)
        }
    }

    /// Makes the directory of the videos if it is not there.
    func prepare() throws(MienError) { try videos.prepare() }

    /// Draws the finished `table` of `input`, in a second pass over the video: ``Overlay`` says why. Nil if all
    /// went well.
    func draw(
        _ table: String, of input: String, cancellation: Cancellation
    ) throws(MienError) -> ExitCode? {
        guard let output = videos.jobs.first(where: { $0.input == input })?.table else { return nil }
        guard !cancellation.isCancelled else {
            Console.say("\(output): not drawn; 'mien overlay \(table) \(input) -o \(output)' does it")
            return nil
        }
        let code = try OverlayCommand.draw(
            Overlay(table: table, video: input), to: output, overwrites: overwrites, isQuiet: isQuiet,
            cancellation: cancellation)
        return code == .done ? nil : code
    }
}
