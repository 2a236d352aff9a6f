import Foundation
import MienHeads

/// A table of `mien annotate` with labels in it: an added column `label` (or `label_AU01`, ...), or its own
/// `expression` or AU columns after somebody has corrected them.
///
/// Or the labels are in an annotation file of ELAN, made of the table by `mien export` and then corrected.
///
/// The video is the one that `NAME.meta.json` beside the table names, unless another is given.
package enum AnnotatedTable {
    /// Whether a header is one of `mien annotate`.
    package static func matches(header: [String]) -> Bool {
        ["frame", "face_id", "timestamp", "status"].allSatisfy { header.contains($0) }
    }

    /// The statuses of a row whose frame has its face in it, found.
    private static let statusesWithFace = ["ok", "held"]

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
        let labels = try ELANLabels(ELANFile(path: path), allowsMalformed: allowsMalformed)
        return try read(
            table, task: task, media: media, allowsMalformed: allowsMalformed, elan: (path, labels))
    }

    private static func read(
        _ path: String, task: HeadTask, media: String?, allowsMalformed: Bool,
        elan: (path: String, labels: ELANLabels)?
    ) throws(TrainingError) -> LabelledSamples {
        var reader = try CSVReader(path: path)
        guard let header = reader.next()?.fields, matches(header: header) else {
            throw .data(
                path: path, reason: "expected a table of mien annotate, with frame,face_id,timestamp,...")
        }
        let labels: LabelSource
        if let elan {
            labels = .elan(elan.labels, firstFrame: firstFrame(of: path))
        } else if let columns = LabelColumns(task: task, header: header) {
            labels = .columns(columns)
        } else {
            throw .data(path: path, reason: "no labels, expected \(LabelColumns.expectation(task))")
        }
        let video = if let media { media } else { try self.media(of: path) }
        guard FileManager.default.fileExists(atPath: video) else {
            throw .file(path: video, reason: "no such file; expected the video of \(path)")
        }
        let reads = MomentColumns(header: header)
        let (status, timestamp) = (header.firstIndex(of: "status")!, header.firstIndex(of: "timestamp")!)
        var samples: [LabelledSample] = []
        var rows: [LabelColumns.Row] = []
        var times: [Double] = []
        var issues = RowIssues()
        var (total, faceless, unlabelled, ambiguous) = (0, 0, 0, 0)
        while let record = reader.next() {
            total += 1
            var problem = (found: "\(record.fields.count) fields", expected: "\(header.count)")
            guard record.fields.count == header.count else {
                issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                continue
            }
            guard Self.statusesWithFace.contains(record.fields[status]) else {
                faceless += 1
                continue
            }
            guard let (moment, face) = reads.read(record.fields, problem: &problem) else {
                issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                continue
            }
            guard let time = Double(record.fields[timestamp]), time.isFinite else {
                issues.add(
                    path, line: record.line, found: "timestamp \"\(record.fields[timestamp])\"",
                    expected: "seconds")
                continue
            }
            let row: LabelColumns.Row
            switch labels {
            case .columns(let columns):
                guard let read = columns.read(record.fields, problem: &problem) else {
                    issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                    continue
                }
                row = read
            case .elan(let labels, let firstFrame):
                let at = labels.moment(timestamp: time, firstFrame: firstFrame)
                guard let read = labels.row(task, face: face?.id ?? -1, at: at) else {
                    ambiguous += 1
                    continue
                }
                row = read
            }
            guard row.targets.contains(where: { !$0.isNaN && (task == .actionUnits || $0 > 0) }) else {
                unlabelled += 1
                continue
            }
            samples.append(LabelledSample(path: video, moment: moment, face: face))
            rows.append(row)
            times.append(time)
        }
        if !allowsMalformed { try issues.check(path: path, of: total) }
        guard !samples.isEmpty else {
            throw .data(
                path: elan?.path ?? path,
                reason: elan == nil
                    ? "none of its \(total) rows has a face and a label"
                    : "it has no label for any face in the \(total) rows of \(path)")
        }
        // The faces of one video are still one recording: they share light, camera and moment.
        var result = LabelledSamples(
            path: elan?.path ?? path, samples: samples, labels: Labels(task: task, rows: rows), subjects: nil,
            videos: Array(repeating: 0, count: samples.count), times: times)
        result.tracks = samples.map { Int64($0.face?.id ?? 0) }
        switch labels {
        case .columns(let columns):
            result.notes.append("\(path): labels are those of \(columns.names.joined(separator: ", ")).")
        case .elan(let labels, _):
            result.notes += labels.notes(
                path: result.path, facesOfTable: Set(samples.compactMap { $0.face?.id }))
        }
        if faceless > 0 { result.skipped.append(("rows without a face", faceless)) }
        if ambiguous > 0 { result.skipped.append(("rows with two expressions at once", ambiguous)) }
        if unlabelled > 0 { result.skipped.append(("rows without a label", unlabelled)) }
        if issues.count > 0 { result.skipped.append(("malformed rows", issues.count)) }
        return result
    }

    /// The input that the table's metadata names, as it is or beside the table.
    package static func media(of table: String) throws(TrainingError) -> String {
        guard let path = metadata(of: table)?["input"]?.members?["path"]?.string else {
            throw .data(
                path: table,
                reason:
                    "which video it is of is unknown: expected \(metadataPath(of: table)), or --media VIDEO"
            )
        }
        if FileManager.default.fileExists(atPath: path) { return path }
        return LabelTable.resolve((path as NSString).lastPathComponent, beside: table)
    }

    /// The seconds from the start of the table's video to its first frame: 0 unless the metadata say.
    package static func firstFrame(of table: String) -> Double {
        metadata(of: table)?["video"]?.members?["first_frame"]?.double ?? 0
    }

    private static func metadataPath(of table: String) -> String {
        (table as NSString).deletingPathExtension + ".meta.json"
    }

    private static func metadata(of table: String) -> [String: JSONValue]? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: metadataPath(of: table))) else {
            return nil
        }
        return (try? JSONDecoder().decode(JSONValue.self, from: data))?.members
    }
}
