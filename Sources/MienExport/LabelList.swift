import MienTable
import MienTimeline

/// Writes labels of faces as `mien train --labels` reads them: a row for each frame and face that has any.
package final class LabelList {
    private static let comma = UInt8(ascii: ",")

    private let file: ExportFile
    private let media: String

    /// Starts the list.
    ///
    /// - Parameter media: What the rows name as their video.
    /// - Throws: What ``FileSink/init(path:replacing:)`` throws.
    package init(path: String, replacing: Bool, media: String) throws(TimelineError) {
        file = try ExportFile(path: path, replacing: replacing)
        self.media = CSVText.cell(media)
        try file.append(
            "path,frame,face_id,face_x,face_y,face_w,face_h,label,"
                + ActionUnit.allCases.map(\.name).joined(separator: ",") + "\n")
    }

    /// Adds the labels of a face in a frame, unless there are none.
    ///
    /// - Parameter units: For each action unit 0...1, or NaN if it is not known.
    /// - Returns: Whether there were any.
    package func write(
        _ reading: FaceReading, expression: FacialExpression?, units: [Float]
    ) throws(TimelineError) -> Bool {
        precondition(units.count == ActionUnitScores.count, "12 action units, not \(units.count)")
        guard let face = reading.faceID, expression != nil || units.contains(where: { !$0.isNaN }) else {
            return false
        }
        try file.append(atMost: 512 + media.utf8.count) { span, end in
            span.put(media, at: &end)
            span.put(byte: Self.comma, at: &end)
            span.put(Int64(reading.frame), at: &end)
            span.put(byte: Self.comma, at: &end)
            span.put(Int64(face), at: &end)
            RowFormat.put(reading.box, into: &span, at: &end)
            span.put(byte: Self.comma, at: &end)
            if let expression { span.put(expression.name, at: &end) }
            for unit in units {
                span.put(byte: Self.comma, at: &end)
                if unit == 0 || unit == 1 {
                    span.put(Int64(unit), at: &end)
                } else if !unit.isNaN {
                    span.put(
                        fixedPoint: Int64(fixedPoint(ofProbability: Double(unit))),
                        decimals: RowFormat.probabilityDecimals, at: &end)
                }
            }
            span.put(byte: UInt8(ascii: "\n"), at: &end)
        }
        return true
    }

    /// Ends the list and gives it its name.
    package func commit() throws(TimelineError) { try file.commit() }

    /// Removes what was written.
    package func discard() { file.discard() }
}
