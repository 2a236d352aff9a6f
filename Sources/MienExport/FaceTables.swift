import Foundation
import MienCore
import MienTable
import MienTimeline

/// Writes a table of scores over time for every face, for programs that draw curves beside the media file: BORIS
/// ("external data"), Label Studio, spreadsheets.
///
/// `time` is in seconds from the start of the media file and always rises: rows whose time does not are left out, as
/// are those without scores. The table of face 2 of `clip.faces.csv` is `clip.face2.csv`.
final class FaceTables: TableExporter {
    private struct Table {
        let file: ExportFile
        var last: Int64
    }

    private static let header = (["time"] + EventLabel.all.map(\.name)).joined(separator: ",") + "\n"
    private static let comma = UInt8(ascii: ",")

    private let path: String
    private let replacing: Bool
    private let scores: ExportScores
    private let context: ExportContext
    private let firstFrame: Int64
    private var tables: [Int: Table] = [:]
    private var late = 0

    /// The tables are named after `path`.
    init(path: String, replacing: Bool, context: ExportContext) {
        self.path = path
        self.replacing = replacing
        self.context = context
        scores = context.scores ?? .smoothed
        firstFrame = fixedPoint(context.firstFrame, scale: Double(fixedPointOne)) ?? 0
    }

    /// The faces that have a table, in ascending order.
    var faces: [Int] { tables.keys.sorted() }

    /// Where the table of a face goes.
    func path(ofFace face: Int) -> String {
        let stem = [".faces.csv", ".csv", ".json"].first { path.hasSuffix($0) }
            .map { String(path.dropLast($0.count)) }
        return (stem ?? path) + ".face\(face).csv"
    }

    var warnings: [String] {
        late == 0 ? [] : ["\(counted(late, "row")) left out of tables over time: timestamps jump back"]
    }

    func add(_ row: TableRow) throws(TimelineError) {
        let reading = row.reading
        let expression = scores.expression(reading)
        let units = scores.actionUnits(reading)
        guard let face = reading.faceID, expression != nil || units != nil,
            let time = fixedPoint(reading.timestamp, scale: Double(fixedPointOne))
        else { return }
        let table = if let known = tables[face] { known } else { try start(face) }
        guard time > table.last else {
            late += 1
            return
        }
        tables[face]?.last = time
        try table.file.append(atMost: 512) { span, end in
            span.put(fixedPoint: time + firstFrame, decimals: RowFormat.timestampDecimals, at: &end)
            for index in 0..<ExpressionScores.count {
                span.put(byte: Self.comma, at: &end)
                guard let expression else { continue }
                span.put(
                    fixedPoint: Int64(expression[index]), decimals: RowFormat.probabilityDecimals, at: &end)
            }
            for index in 0..<ActionUnitScores.count {
                span.put(byte: Self.comma, at: &end)
                guard let units else { continue }
                span.put(fixedPoint: Int64(units[index]), decimals: RowFormat.probabilityDecimals, at: &end)
            }
            span.put(byte: UInt8(ascii: "\n"), at: &end)
        }
    }

    private func start(_ face: Int) throws(TimelineError) -> Table {
        let file = try ExportFile(path: path(ofFace: face), replacing: replacing)
        let table = Table(file: file, last: .min)
        tables[face] = table
        try file.append(Self.header)
        return table
    }

    func finish() throws(TimelineError) {
        for face in faces { try tables[face]?.file.commit() }
    }

    func discard() {
        for table in tables.values { table.file.discard() }
    }
}
