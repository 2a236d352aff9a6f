import Foundation
import Mien
import MienHeads

/// The Aff-Wild2 / ABAW folders as they are distributed.
///
///     ROOT/EXPR_Recognition_Challenge/{Train_Set,Validation_Set}/VIDEO.txt
///     ROOT/AU_Detection_Challenge/{Train_Set,Validation_Set}/VIDEO.txt
///     ROOT/cropped_aligned/VIDEO/00001.jpg
///
/// A text file has a header and a row for each frame: the number of an expression, or twelve 0 and 1 with commas;
/// -1 says that the frame must not be used (for action units, any -1). Row i, from 1, is image i; a frame whose
/// face was not found has no image. `VIDEO_left` and `VIDEO_right` are two faces of one video, so they are never
/// on both sides of a split. Folders may lie one level deeper, and later years' names for them do too.
package enum AffWild2 {
    package enum Part: String, Sendable, CaseIterable, Codable {
        case train = "Train_Set"
        case validation = "Validation_Set"
        /// Images without labels: what submissions are made for.
        case test = "Test_Set"
    }

    /// The frames per second by which row numbers become times; the videos are about that fast.
    private static let rate = 30.0

    /// Whether a folder looks like Aff-Wild2.
    package static func matches(folder: String) -> Bool {
        HeadTask.allCases.contains { annotations(in: folder, task: $0) != nil }
    }

    package static func read(
        _ root: String, task: HeadTask, part: Part, allowsMalformed: Bool = false
    ) throws(TrainingError) -> LabelledSamples {
        guard let challenge = annotations(in: root, task: task) else {
            throw .data(path: root, reason: "no labels, expected a folder \(folderName(task))")
        }
        guard let images = folder(named: "cropped_aligned", in: root) else {
            throw .data(path: root, reason: "no images, expected a folder cropped_aligned")
        }
        let folder = challenge + "/" + part.rawValue
        let files = contents(folder).filter { $0.hasSuffix(".txt") }.sorted()
        guard !files.isEmpty else { throw .data(path: folder, reason: "no label files, expected VIDEO.txt") }
        var collector = Collector(task: task, images: images)
        for file in files { try collector.add(folder + "/" + file) }
        if !allowsMalformed { try collector.issues.check(path: folder, of: collector.total) }
        return try collector.result(path: folder)
    }

    private static func folderName(_ task: HeadTask) -> String {
        task == .expression ? "EXPR_Recognition_Challenge" : "AU_Detection_Challenge"
    }

    private static func annotations(in root: String, task: HeadTask) -> String? {
        let prefix = task == .expression ? "EXPR_" : "AU_"
        return find(in: root) { $0.hasPrefix(prefix) && $0.hasSuffix("_Challenge") }
    }

    private static func folder(named name: String, in root: String) -> String? {
        find(in: root) { $0 == name }
    }

    /// The first folder in `root`, or in a folder of `root`, whose name passes.
    private static func find(in root: String, _ passes: (String) -> Bool) -> String? {
        let names = contents(root).sorted()
        if let name = names.first(where: passes) { return root + "/" + name }
        for name in names {
            if let inner = contents(root + "/" + name).sorted().first(where: passes) {
                return root + "/" + name + "/" + inner
            }
        }
        return nil
    }

    fileprivate static func contents(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// Gathers the frames of video after video.
    private struct Collector {
        let task: HeadTask
        let images: String
        var issues = RowIssues()
        var total = 0
        private var samples: [FaceSample] = []
        private var rows: TargetRows
        private var videos: [Int64] = []
        private var trackNumbers: [Int64] = []
        private var times: [Double] = []
        private var names: [String] = []
        private var numbering = Numbering<String>()
        private var tracks = Numbering<String>()
        private var (invalid, missing) = (0, 0)

        init(task: HeadTask, images: String) {
            self.task = task
            self.images = images
            rows = TargetRows(task: task)
        }

        mutating func add(_ path: String) throws(TrainingError) {
            let video = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
            }
            let group = numbering.number(AffWild2.recording(of: video))
            let present = Set(AffWild2.contents(images + "/" + video))
            // An empty line in between counts: the rows behind it would otherwise belong to other images.
            var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            while lines.last?.isEmpty == true { lines.removeLast() }
            let track = tracks.number(video)
            for (index, line) in lines.enumerated().dropFirst() {
                total += 1
                guard let targets = targets(line) else {
                    let expected =
                        task == .expression ? "an expression from 0 to 7, or -1" : "12 of 0, 1 or -1"
                    issues.add(
                        path, line: index + 1,
                        RowProblem(found: "\"\(line.prefix(60))\"", expected: expected))
                    continue
                }
                guard !targets.contains(where: \.isNaN) else {
                    invalid += 1
                    continue
                }
                let image = String(format: "%05d.jpg", index)
                guard present.contains(image) else {
                    missing += 1
                    continue
                }
                samples.append(
                    FaceSample(
                        path: "\(images)/\(video)/\(image)", moment: .whole, face: nil, isCrop: true))
                rows.append(.init(targets: targets, isHard: task == .expression))
                videos.append(group)
                trackNumbers.append(track)
                times.append(Double(index - 1) / AffWild2.rate)
                names.append("\(video)/\(image)")
            }
        }

        func result(path: String) throws(TrainingError) -> LabelledSamples {
            guard !samples.isEmpty else {
                throw .data(
                    path: path,
                    reason:
                        "no frame can be used: \(invalid) of \(total) are marked -1, \(missing) have no image in "
                        + images)
            }
            var result = LabelledSamples(
                path: path, samples: samples, labels: Labels(rows), subjects: nil,
                videos: videos, tracks: trackNumbers, times: times, names: names)
            result.skipped = [("frames marked -1", invalid), ("frames without an image", missing)]
            if issues.count > 0 { result.skipped.append(("malformed rows", issues.count)) }
            return result
        }

        /// NaN where the frame must not be used; nil if the line cannot be understood.
        private func targets(_ line: Substring) -> [Float]? {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
            switch task {
            case .expression:
                guard cells.count == 1, let value = cells[0], (-1...7).contains(value) else { return nil }
                return (0..<8).map { value < 0 ? .nan : ($0 == value ? 1 : 0) }
            case .actionUnits:
                let values = cells.compactMap { $0 }
                guard values.count == 12, values.allSatisfy({ (-1...1).contains($0) }) else { return nil }
                return values.contains(-1) ? Array(repeating: .nan, count: 12) : values.map { Float($0) }
            }
        }
    }

    /// The recording that a video's name stands for: without `_left` or `_right`.
    package static func recording(of video: String) -> String {
        for suffix in ["_left", "_right"] where video.hasSuffix(suffix) {
            return String(video.dropLast(suffix.count))
        }
        return video
    }

    /// The images of all folders of cropped_aligned that have no label file, or of `videos`, for a submission.
    package static func unlabelled(
        _ root: String, task: HeadTask, videos: [String]? = nil
    ) throws(TrainingError) -> LabelledSamples {
        guard let images = folder(named: "cropped_aligned", in: root) else {
            throw .data(path: root, reason: "no images, expected a folder cropped_aligned")
        }
        var labelled: Set<String> = []
        if let challenge = annotations(in: root, task: task) {
            for part in Part.allCases {
                labelled.formUnion(contents(challenge + "/" + part.rawValue).filter { $0.hasSuffix(".txt") })
            }
        }
        var samples: [FaceSample] = []
        var (groups, times, names): ([Int64], [Double], [String]) = ([], [], [])
        var numbering = Numbering<String>()
        for video in (videos ?? contents(images).filter { !labelled.contains($0 + ".txt") }).sorted() {
            for image in contents(images + "/" + video).filter({ $0.hasSuffix(".jpg") }).sorted() {
                guard let index = Int(image.dropLast(4)) else { continue }
                samples.append(
                    FaceSample(
                        path: "\(images)/\(video)/\(image)", moment: .whole, face: nil, isCrop: true))
                groups.append(numbering.number(video))
                times.append(Double(index - 1) / rate)
                names.append("\(video)/\(image)")
            }
        }
        guard !samples.isEmpty else { throw .data(path: images, reason: "no images without labels") }
        let labels = Labels(
            task: task, rows: [Float](repeating: .nan, count: samples.count * task.outputs))
        return LabelledSamples(
            path: images, samples: samples, labels: labels, subjects: nil, videos: groups, times: times,
            names: names)
    }
}
