import Foundation
import MienHeads

/// Label files made by people: a CSV with a header.
///
///     path[,frame|time][,subject][,face_id],label...
///
/// `path` (also `file`, `image` or `video`) is an image or video, relative to the CSV's folder. `frame` counts
/// from 1, `time` is in seconds; a video with neither is taken as a whole, all its frames having the label. Labels
/// are as in ``LabelColumns``. Rows without a label are skipped.
package enum LabelTable {
    /// - Parameters:
    ///   - folder: What the paths are relative to, instead of the CSV's folder.
    ///   - areCrops: Whether the images are cropped faces already, to be embedded as they are.
    ///   - allowsMalformed: Whether rows that cannot be understood are skipped and counted; otherwise they are an
    ///     error that names them.
    package static func read(
        _ path: String, task: HeadTask, folder: String? = nil, areCrops: Bool = false,
        allowsMalformed: Bool = false
    ) throws(TrainingError) -> LabelledSamples {
        var reader = try CSVReader(path: path)
        guard let header = reader.next()?.fields else {
            throw .data(path: path, reason: "empty, expected a header line path,...,label")
        }
        let columns = header.map { $0.lowercased() }
        guard
            let pathColumn = ["path", "file", "image", "video"].compactMap({ columns.firstIndex(of: $0) })
                .first
        else {
            throw .data(
                path: path,
                reason: "the header is \"\(header.joined(separator: ","))\", expected a column \"path\" in it"
            )
        }
        guard let labelColumns = LabelColumns(task: task, header: header) else {
            throw .data(
                path: path,
                reason: "the header is \"\(header.joined(separator: ","))\", expected "
                    + "\(LabelColumns.expectation(task)) in it")
        }
        let subjectColumn = ["subject", "person", "group"].compactMap { columns.firstIndex(of: $0) }.first
        let reads = MomentColumns(header: columns)
        let root = folder ?? path.parentFolder
        var samples: [LabelledSample] = []
        var rows: [LabelColumns.Row] = []
        var subjects = Numbering()
        var subjectNumbers: [Int64] = []
        var issues = RowIssues()
        var total = 0
        var unlabelled = 0
        var existing: [String: Bool] = [:]
        while let record = reader.next() {
            total += 1
            var problem = (found: "\(record.fields.count) fields", expected: "\(header.count)")
            guard record.fields.count == header.count,
                let row = labelColumns.read(record.fields, problem: &problem),
                let (moment, face) = reads.read(record.fields, problem: &problem)
            else {
                issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                continue
            }
            let media = resolve(record.fields[pathColumn], in: root)
            if existing[media] == nil { existing[media] = FileManager.default.fileExists(atPath: media) }
            guard existing[media] == true else {
                issues.add(
                    path, line: record.line, found: "\"\(record.fields[pathColumn])\"",
                    expected: "an image or video; there is no \(media)")
                continue
            }
            guard row.targets.contains(where: { !$0.isNaN && (task == .actionUnits || $0 > 0) }) else {
                unlabelled += 1
                continue
            }
            let sample = LabelledSample(path: media, moment: moment, face: face, isCrop: areCrops)
            guard !areCrops || sample.isStill else {
                issues.add(
                    path, line: record.line, found: "\"\(record.fields[pathColumn])\"",
                    expected: "an image, since all are said to be cropped faces")
                continue
            }
            samples.append(sample)
            rows.append(row)
            if let subjectColumn { subjectNumbers.append(subjects.number(record.fields[subjectColumn])) }
        }
        if !allowsMalformed { try issues.check(path: path, of: total) }
        guard !samples.isEmpty else {
            throw .data(path: path, reason: "none of its \(total) rows has a label, expected at least one")
        }
        var result = LabelledSamples(
            path: path, samples: samples, labels: Labels(task: task, rows: rows),
            subjects: subjectColumn == nil ? nil : subjectNumbers, videos: [])
        groupByVideo(&result)
        var tracks = Numbering()
        result.tracks = samples.indices.map {
            tracks.number("\(result.videos[$0]) \(samples[$0].face?.id ?? -1)")
        }
        if unlabelled > 0 { result.skipped.append(("rows without a label", unlabelled)) }
        if issues.count > 0 { result.skipped.append(("malformed rows", issues.count)) }
        return result
    }

    static func resolve(_ path: String, beside table: String) -> String {
        resolve(path, in: table.parentFolder)
    }

    private static func resolve(_ path: String, in folder: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        return folder.isEmpty ? path : (folder as NSString).appendingPathComponent(path)
    }

    /// Frames of a video belong together; so do the images of a folder, which usually are the frames of one. But
    /// where every folder has only one label, folders stand for labels, and images for themselves.
    private static func groupByVideo(_ result: inout LabelledSamples) {
        var videos = Numbering()
        var labelsOfFolder: [String: Set<Int>] = [:]
        if result.labels.task == .expression {
            for (index, sample) in result.samples.enumerated() where sample.isStill {
                let folder = sample.path.parentFolder
                labelsOfFolder[folder, default: []].insert(result.labels.expression(index) ?? -1)
            }
        }
        let foldersAreLabels = labelsOfFolder.count > 1 && labelsOfFolder.values.allSatisfy { $0.count == 1 }
        result.videos = result.samples.map { sample in
            let folder = sample.path.parentFolder
            return videos.number(sample.isStill && !foldersAreLabels ? folder : sample.path)
        }
        guard result.samples.contains(where: \.isStill) else { return }
        result.notes.append(
            foldersAreLabels
                ? "Every folder of images has a single label, so each image counts as a video of its own in splits."
                : "The images of a folder count as one video in splits.")
    }
}

/// The columns that say which moment of a video, and which face in it.
struct MomentColumns {
    private let frame: Int?
    private let time: Int?
    private let face: Int?
    private let box: [Int]?

    init(header: [String]) {
        frame = header.firstIndex(of: "frame")
        time = header.firstIndex(of: "time") ?? header.firstIndex(of: "timestamp")
        face = header.firstIndex(of: "face_id")
        let columns = ["face_x", "face_y", "face_w", "face_h"].compactMap { header.firstIndex(of: $0) }
        box = columns.count == 4 ? columns : nil
    }

    func read(
        _ fields: [String], problem: inout (found: String, expected: String)
    ) -> (LabelledSample.Moment, LabelledSample.Face?)? {
        var moment = LabelledSample.Moment.whole
        if let frame, !fields[frame].isEmpty {
            guard let number = Int(fields[frame]), number >= 1 else {
                problem = ("frame \"\(fields[frame])\"", "a whole number of 1 or more")
                return nil
            }
            moment = .frame(number)
        } else if let time, !fields[time].isEmpty {
            guard let seconds = Double(fields[time]), seconds >= 0, seconds.isFinite else {
                problem = ("time \"\(fields[time])\"", "seconds, 0 or more")
                return nil
            }
            moment = .time(seconds)
        }
        guard let face, !fields[face].isEmpty else { return (moment, nil) }
        guard let id = Int(fields[face]), id >= -1 else {
            problem = ("face_id \"\(fields[face])\"", "a whole number")
            return nil
        }
        guard id >= 0 else { return (moment, nil) }
        let numbers = box?.compactMap { Double(fields[$0]) } ?? []
        let rectangle =
            numbers.count == 4
            ? LabelledSample.Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]) : nil
        return (moment, LabelledSample.Face(id: id, box: rectangle))
    }
}
