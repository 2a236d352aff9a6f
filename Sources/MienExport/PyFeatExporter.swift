import MienTable
import MienTimeline

/// Writes the columns of Py-Feat's detector, which `feat.utils.io.read_feat` reads.
///
/// Where the two differ: there are no embeddings; poses and blendshapes are those of a table that has them; only the
/// twelve action units that are predicted have columns; Py-Feat has no expression `other`, so its seven do not add up to 1 here. `frame`
/// counts from 0, as Py-Feat's does. No other column may have "AU" in its name: the reader takes it for one.
final class PyFeatExporter: TableExporter {
    private static let expressions: [FacialExpression] = [
        .anger, .disgust, .fear, .happiness, .sadness, .surprise, .neutral,
    ]
    private static let maximumRowBytes = 2048
    private static let blendshapes = Blendshape.allCases
    private static let comma = UInt8(ascii: ",")

    private let file: ExportFile
    private let scores: ExportScores
    private let input: String
    /// The columns of the rows; nil before the first.
    private var groups: ColumnGroups?

    init(file: ExportFile, context: ExportContext) throws(TimelineError) {
        self.file = file
        scores = context.scores ?? .raw
        input = "," + CSVText.cell(context.media ?? context.name) + "\n"
    }

    /// Writes the header, once it is known which columns there are.
    private func begin(_ groups: ColumnGroups) throws(TimelineError) {
        guard self.groups == nil else { return }
        self.groups = groups
        try file.append(
            "frame,FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,"
                + (groups.contains(.geometry) ? "Pitch,Roll,Yaw," : "")
                + ActionUnit.allCases.map(\.name).joined(separator: ",") + ","
                + Self.expressions.map(\.name).joined(separator: ",")
                + (groups.contains(.blendshapes)
                    ? "," + Self.blendshapes.map(\.name).joined(separator: ",") : "")
                + ",Identity,input\n")
    }

    func add(_ row: TableRow) throws(TimelineError) {
        try begin(row.groups)
        let reading = row.reading
        let units = scores.actionUnits(reading)
        let expression = scores.expression(reading)
        try file.append(atMost: Self.maximumRowBytes + input.utf8.count) { span, end in
            span.put(Int64(reading.frame - 1), at: &end)
            RowFormat.put(reading.box, into: &span, at: &end)
            span.put(byte: Self.comma, at: &end)
            if let confidence = reading.confidence, let fixed = fixedPoint([confidence]) {
                span.put(fixedPoint: Int64(fixed[0]), decimals: RowFormat.probabilityDecimals, at: &end)
            }
            if row.groups.contains(.geometry) {
                for quantity in [FaceGeometry.Quantity.posePitch, .poseRoll, .poseYaw] {
                    span.put(byte: Self.comma, at: &end)
                    guard let fixed = RowFormat.cell(of: reading.geometry, quantity) else { continue }
                    span.put(fixedPoint: fixed, decimals: quantity.decimals, at: &end)
                }
            }
            for index in 0..<ActionUnitScores.count {
                span.put(byte: Self.comma, at: &end)
                guard let units else { continue }
                span.put(fixedPoint: Int64(units[index]), decimals: RowFormat.probabilityDecimals, at: &end)
            }
            for emotion in Self.expressions {
                span.put(byte: Self.comma, at: &end)
                guard let expression else { continue }
                span.put(
                    fixedPoint: Int64(expression[emotion.rawValue]), decimals: RowFormat.probabilityDecimals,
                    at: &end)
            }
            if row.groups.contains(.blendshapes) {
                let scores = reading.blendshapes.flatMap { fixedPoint($0.values) }
                for blendshape in Self.blendshapes {
                    span.put(byte: Self.comma, at: &end)
                    guard let scores else { continue }
                    span.put(
                        fixedPoint: Int64(scores[blendshape.rawValue]),
                        decimals: RowFormat.probabilityDecimals, at: &end)
                }
            }
            span.put(byte: Self.comma, at: &end)
            if let face = reading.faceID {
                span.put("Person_", at: &end)
                span.put(Int64(face), at: &end)
            }
            span.put(input, at: &end)
        }
    }

    func finish() throws(TimelineError) {
        try begin([])
        try file.commit()
    }

    func discard() { file.discard() }
}
