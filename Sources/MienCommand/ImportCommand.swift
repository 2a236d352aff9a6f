import Foundation
import Mien
import MienCore
import MienExport
import MienTimeline
import MienTraining

/// `mien import`: annotations that people corrected, as labels to train on.
struct ImportCommand: Subcommand {
    static let name = "import"
    static let summary = "annotations corrected in ELAN to labels for mien train"
    static let usage = """
        FILE.eaf -o LABELS.csv [options]

        Reads what mien export --to eaf wrote and somebody corrected in ELAN, and the table it was made of, and
        writes a row for every frame and face with a label: the video, the frame, the face and its box, the
        expression, and the action units. mien train --labels takes LABELS.csv, or FILE.eaf itself.

        An annotation means what its text says, or if that is empty, the label of its tier. Where there is none, an
        action unit is not active if its tier has annotations elsewhere. Annotations in the tier "checked" say which
        parts were looked at: only those have labels then, and there an empty tier means that nothing is active.

        Examples:
          mien import clip.eaf -o labels.csv
          mien import done/clip.eaf --table clip.csv --media clip.mp4 -o labels.csv
        """
    static let operands = Operands(files: [.elan])
    static let options = [
        Option("-o", "--output", value: "LABELS.csv", help: "the labels, or - for standard output"),
        Option("-y", help: "overwrite labels that are there"),
        Option("--table", value: "TABLE", help: "the table of mien annotate. Default: FILE.csv"),
        Option("--media", value: "VIDEO", help: "its video. Default: the one its metadata name"),
        Option("--skip-malformed", help: "count and leave out annotations that cannot be understood"),
        Option("-q", "--quiet", help: "say nothing but errors"),
    ]

    private let input: String
    private let output: String
    private let table: String
    private let media: String?
    private let overwrites: Bool
    private let allowsMalformed: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw UsageError("expected one FILE.eaf, found \(arguments.operands.count)")
        }
        input = arguments.operands[0]
        guard input.lowercased().hasSuffix(".eaf") else {
            throw UsageError(
                "\(input): expected a file of ELAN, NAME.eaf; mien train takes corrected tables as they are")
        }
        guard let output = arguments.string("--output") else {
            throw UsageError("no output given: -o LABELS.csv")
        }
        try OutputKind.table.check(output)
        self.output = output
        table = arguments.string("--table") ?? (input as NSString).deletingPathExtension + ".csv"
        media = arguments.string("--media")
        overwrites = arguments.has("-y")
        allowsMalformed = arguments.has("--skip-malformed")
        isQuiet = arguments.has("--quiet")
        if !overwrites, output != "-", OutputPlan.isRegularFile(output) {
            throw UsageError("\(output) exists; -y overwrites it")
        }
        if output != "-", [table, input].contains(where: { isSameFile($0, output) }) {
            throw UsageError("-o \(output): it is what is read")
        }
    }

    func run() throws -> ExitCode {
        try reportingTrainingErrors {
            let file = try ELANFile(path: input)
            let reader = try TableReader(path: table)
            let video = if let media { media } else { try AnnotatedTable.media(of: table) }
            let labels = try ELANLabels(file, video: video, allowsMalformed: allowsMalformed)
            let list = try LabelList(
                path: output, replacing: overwrites, media: Self.reference(to: video, from: output))
            var counts = Counts()
            do {
                try write(reader, labels, to: list, &counts)
                guard counts.rows > 0 else {
                    throw TrainingError.data(
                        path: input, reason: "it has no label for any face in the rows of \(table)")
                }
                try list.commit()
            } catch {
                list.discard()
                throw error
            }
            report(labels, counts)
            return .done
        }
    }

    private struct Counts {
        var rows = 0
        var ambiguous = 0
        var faces: Set<Int> = []
    }

    private func write(
        _ reader: TableReader, _ labels: ELANLabels, to list: LabelList, _ counts: inout Counts
    ) throws(TimelineError) {
        let firstFrame = AnnotatedTable.firstFrame(of: table)
        while let row = try reader.next() {
            let reading = row.reading
            guard reading.isSuccess, let face = reading.faceID, reading.timestamp.isFinite else {
                continue
            }
            let moment = labels.moment(timestamp: reading.timestamp, firstFrame: firstFrame)
            let expression = labels.expression(ofFace: face, at: moment)
            if expression == .several { counts.ambiguous += 1 }
            let isWritten = try list.write(
                reading, expression: expression.label.flatMap { FacialExpression(rawValue: $0) },
                units: labels.actionUnits(ofFace: face, at: moment))
            guard isWritten else { continue }
            counts.rows += 1
            counts.faces.insert(face)
        }
    }

    private func report(_ labels: ELANLabels, _ counts: Counts) {
        guard !isQuiet else { return }
        for note in labels.notes(path: input, facesOfTable: counts.faces) { Console.say(note) }
        if counts.ambiguous > 0 {
            Console.say(
                "\(input): \(counted(counts.ambiguous, "row")) with two expressions at once, left without one."
            )
        }
        Console.say(
            "\(input): \(counted(counts.rows, "row")) with labels of \(counted(counts.faces.count, "face"))"
                + (output == "-" ? "" : " in \(output)"))
    }

    /// The video's path as `mien train` finds it from the labels: relative where it is beside or below them.
    private static func reference(to video: String, from output: String) -> String {
        let video = URL(fileURLWithPath: video).standardizedFileURL.path
        let folder = URL(fileURLWithPath: output == "-" ? "stdout" : output).standardizedFileURL
            .deletingLastPathComponent().path
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return output != "-" && video.hasPrefix(prefix) ? String(video.dropFirst(prefix.count)) : video
    }
}
