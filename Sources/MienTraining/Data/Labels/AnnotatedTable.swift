import Foundation
import MienHeads

/// A table of `mien annotate` with labels in it: an added column `label` (or `label_AU01`, ...), or its own
/// `expression` or AU columns after somebody has corrected them.
///
/// The video is the one that `NAME.meta.json` beside the table names, unless another is given.
package enum AnnotatedTable {
    /// Whether a header is one of `mien annotate`.
    package static func matches(header: [String]) -> Bool {
        ["frame", "face_id", "timestamp", "status"].allSatisfy { header.contains($0) }
    }

    package static func read(
        _ path: String, task: HeadTask, media: String? = nil, allowsMalformed: Bool = false
    ) throws(TrainingError) -> LabelledSamples {
        var reader = try CSVReader(path: path)
        guard let header = reader.next()?.fields, matches(header: header) else {
            throw .data(
                path: path, reason: "expected a table of mien annotate, with frame,face_id,timestamp,...")
        }
        guard let labelColumns = LabelColumns(task: task, header: header) else {
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
        var (total, faceless, unlabelled) = (0, 0, 0)
        while let record = reader.next() {
            total += 1
            var problem = (found: "\(record.fields.count) fields", expected: "\(header.count)")
            guard record.fields.count == header.count else {
                issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                continue
            }
            guard record.fields[status] == "ok" else {
                faceless += 1
                continue
            }
            guard let row = labelColumns.read(record.fields, problem: &problem),
                let (moment, face) = reads.read(record.fields, problem: &problem)
            else {
                issues.add(path, line: record.line, found: problem.found, expected: problem.expected)
                continue
            }
            guard let time = Double(record.fields[timestamp]), time.isFinite else {
                issues.add(
                    path, line: record.line, found: "timestamp \"\(record.fields[timestamp])\"",
                    expected: "seconds")
                continue
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
            throw .data(path: path, reason: "none of its \(total) rows has a face and a label")
        }
        // The faces of one video are still one recording: they share light, camera and moment.
        var result = LabelledSamples(
            path: path, samples: samples, labels: Labels(task: task, rows: rows), subjects: nil,
            videos: Array(repeating: 0, count: samples.count), times: times)
        result.tracks = samples.map { Int64($0.face?.id ?? 0) }
        result.notes.append("\(path): labels are those of \(labelColumns.names.joined(separator: ", ")).")
        if faceless > 0 { result.skipped.append(("rows without a face", faceless)) }
        if unlabelled > 0 { result.skipped.append(("rows without a label", unlabelled)) }
        if issues.count > 0 { result.skipped.append(("malformed rows", issues.count)) }
        return result
    }

    /// The input that the table's metadata names, as it is or beside the table.
    private static func media(of table: String) throws(TrainingError) -> String {
        let metadata = (table as NSString).deletingPathExtension + ".meta.json"
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: metadata)),
            let document = try? JSONDecoder().decode(JSONValue.self, from: data),
            let path = document.members?["input"]?.members?["path"]?.string
        else {
            throw .data(
                path: table, reason: "which video it is of is unknown: expected \(metadata), or --media VIDEO"
            )
        }
        if FileManager.default.fileExists(atPath: path) { return path }
        return LabelTable.resolve((path as NSString).lastPathComponent, beside: table)
    }
}
