import Foundation
import Mien
import MienCore
import MienHeads
import MienTable
import MienTimeline

/// Label files made by people: a CSV with a header.
///
///     path[,frame|time][,subject][,face_id],label...
///
/// `path` (also `file`, `image` or `video`) is an image or video, relative to the CSV's folder. `frame` counts
/// from 1, `time` is in seconds; a video with neither is taken as a whole, all its frames having the label. Labels
/// are as in ``LabelColumns``. Rows without a label are skipped.
package struct LabelTable {
    private static let pathNames = ["path", "file", "image", "video"]

    private let reader: CSVReader
    private let task: HeadTask
    private let areCrops: Bool
    private let labelColumns: LabelColumns
    private let moments: MomentColumns
    private let pathColumn: Int
    private let subjectColumn: Int?
    private var media: MediaFiles
    private var samples: [FaceSample] = []
    private var rows: TargetRows
    private var subjects = Numbering<String>()
    private var subjectNumbers: [Int64] = []
    private var issues = RowIssues()
    private var unlabelled = 0

    /// - Parameters:
    ///   - folder: What the paths are relative to, instead of the CSV's folder.
    ///   - areCrops: Whether the images are cropped faces already, to be embedded as they are.
    ///   - allowsMalformed: Whether rows that cannot be understood are skipped and counted; otherwise they are an
    ///     error that names them.
    package static func read(
        _ path: String, task: HeadTask, folder: String? = nil, areCrops: Bool = false,
        allowsMalformed: Bool = false
    ) throws(TrainingError) -> LabelledSamples {
        let reader = try wrapping { () throws(TimelineError) in try CSVReader(path: path) }
        var table = try LabelTable(
            reader, path: path, task: task, folder: folder ?? path.parentFolder, areCrops: areCrops)
        var total = 0
        while let record = try wrapping({ () throws(TimelineError) in try reader.next() }) {
            total += 1
            do throws(RowProblem) {
                try table.add(record)
            } catch {
                table.issues.add(path, line: record.line, error)
            }
        }
        if !allowsMalformed { try table.issues.check(path: path, of: total) }
        return try table.result(path: path, total: total)
    }

    private init(
        _ reader: CSVReader, path: String, task: HeadTask, folder: String, areCrops: Bool
    ) throws(TrainingError) {
        let columns = reader.header.map { $0.lowercased() }
        guard let pathColumn = Self.pathNames.compactMap({ columns.firstIndex(of: $0) }).first else {
            throw .header(
                reader.header, of: path, expected: "a column \"path\"", names: Self.pathNames)
        }
        guard let labelColumns = LabelColumns(task: task, header: reader.header) else {
            throw LabelColumns.missing(task, header: reader.header, of: path)
        }
        self.reader = reader
        self.task = task
        self.areCrops = areCrops
        self.labelColumns = labelColumns
        self.pathColumn = pathColumn
        subjectColumn = ["subject", "person", "group"].compactMap { columns.firstIndex(of: $0) }.first
        moments = MomentColumns(header: columns)
        media = MediaFiles(folder: folder)
        rows = TargetRows(task: task)
    }

    private mutating func add(_ record: CSVRecord) throws(RowProblem) {
        if let problem = RowProblem(count: record, header: reader.header) { throw problem }
        let row = try labelColumns.read(record)
        guard row.isLabelled(task) else {
            unlabelled += 1
            return
        }
        let (moment, face) = try moments.read(record)
        let path = record[pathColumn]
        guard let found = media.find(path) else {
            let shown = issues.isFull ? "" : media.expectation(path)
            throw RowProblem(record, pathColumn, named: reader.header[pathColumn], expected: shown)
        }
        let sample = FaceSample(path: found, moment: moment, face: face, isCrop: areCrops)
        guard !areCrops || sample.isStill else {
            throw RowProblem(
                found: "\"\(path)\"", expected: "an image, since all are said to be cropped faces")
        }
        samples.append(sample)
        rows.append(row)
        if let subjectColumn { subjectNumbers.append(subjects.number(record[subjectColumn])) }
    }

    private func result(path: String, total: Int) throws(TrainingError) -> LabelledSamples {
        guard !samples.isEmpty else {
            throw .data(path: path, reason: "none of its \(total) rows has a label, expected at least one")
        }
        var result = LabelledSamples(
            path: path, samples: samples, labels: Labels(rows),
            subjects: subjectColumn == nil ? nil : subjectNumbers, videos: [])
        Self.groupByVideo(&result)
        var tracks = Numbering<TrackName>()
        result.tracks = samples.indices.map {
            tracks.number(TrackName(video: result.videos[$0], face: samples[$0].face?.id ?? -1))
        }
        if unlabelled > 0 { result.skipped.append(("rows without a label", unlabelled)) }
        if issues.count > 0 { result.skipped.append(("malformed rows", issues.count)) }
        return result
    }

    private struct TrackName: Hashable {
        let video: Int64
        let face: Int
    }

    /// Frames of a video belong together; so do the images of a folder, which usually are the frames of one. But
    /// where every folder has only one label, folders stand for labels, and images for themselves.
    private static func groupByVideo(_ result: inout LabelledSamples) {
        var labelsOfFolder: [String: Set<Int>] = [:]
        let folders = result.samples.map { $0.isStill ? $0.path.parentFolder : "" }
        let hasStills = result.samples.contains(where: \.isStill)
        if result.labels.task == .expression {
            for (index, sample) in result.samples.enumerated() where sample.isStill {
                labelsOfFolder[folders[index], default: []].insert(result.labels.expression(index) ?? -1)
            }
        }
        let foldersAreLabels = labelsOfFolder.count > 1 && labelsOfFolder.values.allSatisfy { $0.count == 1 }
        var videos = Numbering<String>()
        result.videos = result.samples.enumerated().map { index, sample in
            videos.number(sample.isStill && !foldersAreLabels ? folders[index] : sample.path)
        }
        guard hasStills else { return }
        result.notes.append(
            foldersAreLabels
                ? "Every folder of images has a single label, so each image counts as a video of its own in splits."
                : "The images of a folder count as one video in splits.")
    }
}
