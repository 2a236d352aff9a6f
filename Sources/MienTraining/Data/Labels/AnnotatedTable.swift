import Foundation
import Mien
import MienCore
import MienHeads
import MienTable
import MienTimeline

/// A table of `mien annotate` with labels in it: an added column `label` (or `label_AU01`, ...), or its own
/// `expression` or AU columns after somebody has corrected them.
///
/// Or the labels are in an annotation file of ELAN, made of the table by `mien export` and then corrected.
///
/// The video is the one that `NAME.meta.json` beside the table names, unless another is given.
package enum AnnotatedTable {
    /// Whether a header is one of `mien annotate`.
    package static func matches(header: [String]) -> Bool {
        identifying.allSatisfy { header.contains($0) }
    }

    private static let identifying = ["frame", "face_id", "timestamp", "status"]

    /// The statuses of a row whose frame has its face in it, found.
    private static let statusesWithFace = FrameStatus.allCases.filter(\.isSuccess).map(\.rawValue)

    /// Where the labels of a row are.
    private enum LabelSource {
        case columns(LabelColumns)
        case elan(ELANLabels, firstFrame: Double)
    }

    /// Reads a table with labels of its own.
    package static func read(
        _ path: String, task: HeadTask, media: String? = nil, allowsMalformed: Bool = false
    ) throws(TrainingError) -> LabelledSamples {
        try read(path, task: task, media: media, allowsMalformed: allowsMalformed, elan: nil)
    }

    /// Reads the labels of an annotation file of ELAN for the faces of the table beside it: `clip.eaf` is about
    /// `clip.csv`.
    package static func readELAN(
        _ path: String, task: HeadTask, media: String? = nil, allowsMalformed: Bool = false
    ) throws(TrainingError) -> LabelledSamples {
        let table = (path as NSString).deletingPathExtension + ".csv"
        guard FileManager.default.fileExists(atPath: table) else {
            throw .file(
                path: table, reason: "no such file; expected the table of mien annotate that \(path) is about"
            )
        }
        let video = if let media { media } else { try self.media(of: table) }
        let labels = try ELANLabels(ELANFile(path: path), video: video, allowsMalformed: allowsMalformed)
        return try read(
            table, task: task, media: video, allowsMalformed: allowsMalformed, elan: (path, labels))
    }

    private static func read(
        _ path: String, task: HeadTask, media: String?, allowsMalformed: Bool,
        elan: (path: String, labels: ELANLabels)?
    ) throws(TrainingError) -> LabelledSamples {
        let reader = try wrapping { () throws(TimelineError) in try CSVReader(path: path) }
        let header = reader.header
        guard matches(header: header) else {
            throw .header(
                header, of: path,
                expected: "the columns of a table of mien annotate, frame,face_id,timestamp,...,",
                names: identifying)
        }
        let labels: LabelSource
        if let elan {
            labels = .elan(elan.labels, firstFrame: firstFrame(of: path))
        } else if let columns = LabelColumns(task: task, header: header) {
            labels = .columns(columns)
        } else {
            throw LabelColumns.missing(task, header: header, of: path)
        }
        let video = if let media { media } else { try self.media(of: path) }
        guard FileManager.default.fileExists(atPath: video) else {
            throw .file(path: video, reason: "no such file; expected the video of \(path)")
        }
        var rows = LabelledRows(task: task, header: header, labels: labels, video: video)
        var issues = RowIssues()
        while let record = try wrapping({ () throws(TimelineError) in try reader.next() }) {
            do throws(RowProblem) { try rows.add(record) } catch {
                issues.add(path, line: record.line, error)
            }
        }
        if !allowsMalformed { try issues.check(path: path, of: rows.total) }
        guard !rows.samples.isEmpty else {
            throw .data(
                path: elan?.path ?? path,
                reason: elan == nil
                    ? "none of its \(rows.total) rows has a face and a label"
                    : "it has no label for any face in the \(rows.total) rows of \(path)")
        }
        return rows.result(path: elan?.path ?? path, table: path, malformed: issues.count)
    }

    /// The rows of a table that have a face and a label.
    private struct LabelledRows {
        /// The number of rows read, those without a face or a label among them.
        private(set) var total = 0
        private(set) var samples: [FaceSample] = []

        private let task: HeadTask
        private let header: [String]
        private let labels: LabelSource
        private let video: String
        private let moments: MomentColumns
        private let status: Int
        private let timestamp: Int
        private var targets: TargetRows
        private var times: [Double] = []
        private var faceless = 0
        private var unlabelled = 0
        private var ambiguous = 0

        init(task: HeadTask, header: [String], labels: LabelSource, video: String) {
            self.task = task
            self.header = header
            self.labels = labels
            self.video = video
            moments = MomentColumns(header: header)
            status = header.firstIndex(of: "status")!
            timestamp = header.firstIndex(of: "timestamp")!
            targets = TargetRows(task: task)
        }

        mutating func add(_ record: CSVRecord) throws(RowProblem) {
            total += 1
            if let problem = RowProblem(count: record, header: header) { throw problem }
            guard statusesWithFace.contains(where: { record.matches($0, status) }) else {
                faceless += 1
                return
            }
            let (moment, face) = try moments.read(record)
            guard let time = record.number(timestamp) else {
                throw RowProblem(record, timestamp, named: "timestamp", expected: "seconds")
            }
            let row: LabelColumns.Row
            switch labels {
            case .columns(let columns): row = try columns.read(record)
            case .elan(let labels, let firstFrame):
                let at = labels.moment(timestamp: time, firstFrame: firstFrame)
                guard let read = labels.row(task, face: face?.id ?? -1, at: at) else {
                    ambiguous += 1
                    return
                }
                row = read
            }
            guard row.isLabelled(task) else {
                unlabelled += 1
                return
            }
            samples.append(FaceSample(path: video, moment: moment, face: face))
            targets.append(row)
            times.append(time)
        }

        func result(path: String, table: String, malformed: Int) -> LabelledSamples {
            // The faces of one video are still one recording: they share light, camera and moment.
            var result = LabelledSamples(
                path: path, samples: samples, labels: Labels(targets), subjects: nil,
                videos: Array(repeating: 0, count: samples.count), times: times)
            result.tracks = samples.map { Int64($0.face?.id ?? 0) }
            switch labels {
            case .columns(let columns):
                result.notes.append("\(table): labels are those of \(columns.names.joined(separator: ", ")).")
            case .elan(let labels, _):
                result.notes += labels.notes(
                    path: path, facesOfTable: Set(samples.compactMap { $0.face?.id }))
            }
            let left = [
                ("rows without a face", faceless), ("rows with two expressions at once", ambiguous),
                ("rows without a label", unlabelled), ("malformed rows", malformed),
            ]
            result.skipped += left.filter { $0.1 > 0 }
            return result
        }
    }

    /// The input that the table's metadata names, as it is or beside the table.
    package static func media(of table: String) throws(TrainingError) -> String {
        guard let path = metadata(of: table)?["input"]?.members?["path"]?.string else {
            throw .data(
                path: table,
                reason:
                    "which video it is of is unknown: expected \(RunMetadata.path(forTable: table)), or --media VIDEO"
            )
        }
        if FileManager.default.fileExists(atPath: path) { return path }
        var files = MediaFiles(folder: table.parentFolder)
        let beside = (path as NSString).lastPathComponent
        return files.find(beside) ?? files.resolve(beside)
    }

    /// The seconds from the start of the table's video to its first frame: 0 unless the metadata say.
    package static func firstFrame(of table: String) -> Double {
        metadata(of: table)?["video"]?.members?["first_frame"]?.double ?? 0
    }

    private static func metadata(of table: String) -> [String: JSONValue]? {
        let path = RunMetadata.path(forTable: table)
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else { return nil }
        return (try? JSONDecoder().decode(JSONValue.self, from: data))?.members
    }
}
