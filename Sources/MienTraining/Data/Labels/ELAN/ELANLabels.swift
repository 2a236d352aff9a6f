import Foundation
import MienHeads

/// What the tiers of an annotation file say about each face at each moment.
///
/// Tiers are called as `mien export --to eaf` calls them: `face 0 happiness`, `face 0 AU12`. `face 0 expression` is
/// understood too, for all expressions in one tier. Others are left alone.
///
/// - An annotation in a tier of an expression means what its text says, or if that is empty, the tier's expression.
/// - One in a tier of an action unit means that the unit is active, if it has no text, the unit's name or an
///   intensity from A to E; a number from 0 to 1 is the label itself.
/// - Where a face has no expression, it has no label; where it has two at once, neither is taken.
/// - Where a tier of an action unit has no annotation, the unit is not active, provided that the tier was worked on:
///   it has annotations, or the moment is inside an annotation of the tier `checked`.
/// - If the tier `checked` has annotations, only moments inside them have labels.
package struct ELANLabels: Sendable {
    private struct Interval {
        let start: Int
        let end: Int
        let value: Float
    }

    private struct Track {
        var intervals: [Interval] = []

        /// The value at a moment. The intervals of a tier do not overlap, but for files that were tampered with;
        /// there the later one counts.
        func value(at time: Int) -> Float? {
            var (low, high) = (0, intervals.count)
            while low < high {
                let middle = (low + high) / 2
                if intervals[middle].start <= time { low = middle + 1 } else { high = middle }
            }
            guard low > 0, time < intervals[low - 1].end else { return nil }
            return intervals[low - 1].value
        }
    }

    private struct Face {
        /// A track for each tier, of indices of expressions.
        var expressions: [Track] = []
        var units: [Int: Track] = [:]
    }

    /// What a face expresses at a moment.
    package enum Expression: Equatable {
        case none
        case label(Int)
        /// Several at once.
        case several

        /// The index of the expression, if there is one and no other.
        package var label: Int? {
            if case .label(let index) = self { index } else { nil }
        }
    }

    /// Annotations that say nothing that is understood.
    private(set) var issues = RowIssues()
    /// All annotations of our tiers.
    package private(set) var count = 0
    /// Tiers that are not ours.
    package private(set) var otherTiers: [String] = []
    /// The seconds from the start of the media file to the first frame, if the document says.
    package let firstFrame: Double?

    private let timeOrigin: Int
    private var faces: [Int: Face] = [:]
    private var checked = Track()

    /// The faces that have tiers.
    package var faceIDs: Set<Int> { Set(faces.keys) }
    /// Whether there is a tier that says which parts were looked at.
    package var saysWhatWasChecked: Bool { !checked.intervals.isEmpty }

    /// - Parameter video: The video of the table whose faces the tiers are about.
    /// - Throws: `.malformed` if an annotation cannot be understood, unless `allowsMalformed`; `.data` if no tier is
    ///   ours, or which of several offsets is that of the video cannot be told.
    package init(_ file: ELANFile, video: String, allowsMalformed: Bool = false) throws(TrainingError) {
        timeOrigin = try file.timeOrigin(of: video)
        firstFrame = file.properties["mien:first-frame"].flatMap { Double($0) }.flatMap {
            $0.isFinite ? $0 : nil
        }
        for tier in file.tiers { read(tier, of: file) }
        if !allowsMalformed { try issues.check(path: file.path, of: count) }
        guard !faces.isEmpty else {
            throw .data(
                path: file.path,
                reason:
                    "none of its \(file.tiers.count) tiers is called like \"face 0 happiness\" or \"face 0 AU12\""
            )
        }
    }

    private mutating func read(_ tier: ELANFile.Tier, of file: ELANFile) {
        if tier.name == "checked" {
            note(tier.problems, of: tier, in: file)
            checked.intervals = tier.annotations.map { Interval(start: $0.start, end: $0.end, value: 1) }
            return
        }
        guard let match = tier.name.wholeMatch(of: /face ([0-9]{1,9}) ([A-Za-z0-9]+)/),
            let face = Int(match.1)
        else { return otherTiers.append(tier.name) }
        let name = String(match.2)
        let expression = HeadTask.expression.labels.firstIndex(of: name)
        let unit = HeadTask.actionUnits.labels.firstIndex(of: name)
        guard expression != nil || unit != nil || name == "expression" else {
            return otherTiers.append(tier.name)
        }
        note(tier.problems, of: tier, in: file)
        var track = Track()
        for annotation in tier.annotations {
            count += 1
            let value =
                unit != nil
                ? Self.activity(annotation.value, unit: name)
                : Self.expression(annotation.value, usual: expression).map(Float.init)
            guard let value else {
                issues.add(
                    file.path, line: annotation.line,
                    RowProblem(
                        found: "\"\(annotation.value)\" in the tier \(tier.name)",
                        expected: unit != nil
                            ? "nothing, \(name), an intensity from A to E, or a number from 0 to 1"
                            : HeadTask.expression.labels.joined(separator: ", ")))
                continue
            }
            track.intervals.append(Interval(start: annotation.start, end: annotation.end, value: value))
        }
        if let unit {
            faces[face, default: Face()].units[unit] = track
        } else {
            faces[face, default: Face()].expressions.append(track)
        }
    }

    private mutating func note(_ problems: [ELANFile.Problem], of tier: ELANFile.Tier, in file: ELANFile) {
        count += problems.count
        for problem in problems {
            issues.add(
                file.path, line: problem.line,
                RowProblem(found: "\(problem.found) in the tier \(tier.name)", expected: problem.expected))
        }
    }

    private static func expression(_ text: String, usual: Int?) -> Int? {
        text.isEmpty ? usual : HeadTask.expression.labels.firstIndex(of: text.lowercased())
    }

    private static func activity(_ text: String, unit: String) -> Float? {
        if text.isEmpty || text.uppercased() == unit { return 1 }
        if text.count == 1, "ABCDE".contains(text.uppercased()) { return 1 }
        guard let value = Float(text), 0...1 ~= value else { return nil }
        return value
    }

    /// The moment of a frame on the document's clock, in milliseconds, by the rule that exports follow.
    ///
    /// - Parameters:
    ///   - timestamp: Seconds from the first frame.
    ///   - firstFrame: Seconds from the start of the media file to the first frame, unless the document says.
    package func moment(timestamp: Double, firstFrame: Double) -> Int {
        let seconds = timestamp + (self.firstFrame ?? firstFrame)
        let microseconds = max(0, (min(max(seconds, -1e9), 1e9) * 1e6).rounded())
        return (Int(microseconds) + 500) / 1000 - timeOrigin
    }

    /// Whether the face has labels at all at a moment.
    private func isChecked(_ moment: Int) -> Bool {
        !saysWhatWasChecked || checked.value(at: moment) != nil
    }

    /// What the face expresses.
    package func expression(ofFace id: Int, at moment: Int) -> Expression {
        guard let face = faces[id], isChecked(moment) else { return .none }
        var found: Int?
        for track in face.expressions {
            guard let value = track.value(at: moment) else { continue }
            if let found, found != Int(value) { return .several }
            found = Int(value)
        }
        return found.map { .label($0) } ?? .none
    }

    /// The twelve action units, NaN where nothing is known.
    package func actionUnits(ofFace id: Int, at moment: Int) -> [Float] {
        var values = [Float](repeating: .nan, count: HeadTask.actionUnits.outputs)
        guard let face = faces[id], isChecked(moment) else { return values }
        for (unit, track) in face.units where saysWhatWasChecked || !track.intervals.isEmpty {
            values[unit] = track.value(at: moment) ?? 0
        }
        return values
    }

    /// What the user should know about them, one sentence each.
    package func notes(path: String, facesOfTable: Set<Int>) -> [String] {
        var notes: [String] = []
        let missing = faceIDs.subtracting(facesOfTable).sorted()
        if !missing.isEmpty {
            notes.append(
                "\(path): no row of the table has a label for face \(missing.map(String.init).joined(separator: ", "))."
            )
        }
        if !otherTiers.isEmpty {
            notes.append(
                "\(path): tiers that are not mien's are left out: \(otherTiers.joined(separator: ", ")).")
        }
        if !saysWhatWasChecked {
            notes.append(
                "\(path): the tier \"checked\" is empty or missing, so all annotations count as looked at.")
        }
        if issues.count > 0 { notes.append("\(path): \(issues.count) malformed annotations skipped.") }
        return notes
    }

    /// The targets of a face at a moment; nil if it has two expressions at once.
    func row(_ task: HeadTask, face: Int, at moment: Int) -> LabelColumns.Row? {
        guard task == .expression else {
            return LabelColumns.Row(targets: actionUnits(ofFace: face, at: moment), isHard: false)
        }
        var targets = [Float](repeating: .nan, count: task.outputs)
        switch expression(ofFace: face, at: moment) {
        case .several: return nil
        case .none: break
        case .label(let index):
            targets = [Float](repeating: 0, count: task.outputs)
            targets[index] = 1
        }
        return LabelColumns.Row(targets: targets, isHard: true)
    }
}
