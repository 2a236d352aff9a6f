import MienTable
import MienTimeline

/// Writes the columns that OpenFace 2.2's `FeatureExtraction -aus` writes, header included, without spaces; of a table with
/// geometry those of `-gaze -pose -aus`.
///
/// Where the two differ:
/// - OpenFace measures intensities. `AUxx_r` here is the probability times 5, which has the same range but does
///   not mean the same. `AUxx_c` is whether the probability reaches the model's threshold.
/// - Both eyes have the direction of the mean gaze. AU45 is the eyes' closure.
/// - Action units that are not predicted, and all of a frame without a face, are empty and not 0. AU24 has no
///   column.
/// - A frame without a face has `face_id` -1, since there may be several faces.
final class OpenFaceExporter: TableExporter {
    private static let intensities = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45]
    private static let presences = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45]
    private static let blink = 45
    private static let maximumRowBytes = 1024
    private static let comma = UInt8(ascii: ",")
    private static let highestIntensity: Int64 = 5

    private let file: ExportFile
    private let scores: ExportScores
    private let thresholds: [Int32]
    /// The header's columns of action units, with its end.
    private let units: String
    /// Whether rows have pose and gaze; nil before the first.
    private var hasGeometry: Bool?
    /// For each column the index of the action unit, or nil where there is none.
    private let intensityIndices = intensities.map { ActionUnit(rawValue: $0)?.index }
    private let presenceIndices = presences.map { ActionUnit(rawValue: $0)?.index }

    init(file: ExportFile, context: ExportContext) throws(TimelineError) {
        self.file = file
        scores = context.scores ?? .raw
        thresholds = ActionUnit.allCases.map(context.threshold)
        func column(_ unit: Int, _ ending: String) -> String { ",AU\(unit < 10 ? "0" : "")\(unit)_\(ending)" }
        units =
            Self.intensities.map { column($0, "r") }.joined()
            + Self.presences.map { column($0, "c") }.joined() + "\n"
    }

    /// Writes the header, once it is known which columns there are.
    private func begin(_ groups: ColumnGroups) throws(TimelineError) {
        guard hasGeometry == nil else { return }
        let isThere = groups.contains(.geometry)
        hasGeometry = isThere
        let place = "frame,face_id,timestamp,confidence,success"
        try file.append(place + (isThere ? "," + OpenFacePose.header : "") + units)
    }

    func add(_ row: TableRow) throws(TimelineError) {
        try begin(row.groups)
        let reading = row.reading
        let pose = hasGeometry == true ? OpenFacePose(reading.geometry) : nil
        let units = scores.actionUnits(reading)
        try file.append(atMost: Self.maximumRowBytes) { span, end in
            span.put(Int64(reading.frame), at: &end)
            span.put(byte: Self.comma, at: &end)
            span.put(Int64(reading.faceID ?? -1), at: &end)
            span.put(byte: Self.comma, at: &end)
            if let fixed = fixedPoint(reading.timestamp, scale: 1e6) {
                span.put(fixedPoint: fixed, decimals: RowFormat.timestampDecimals, at: &end)
            }
            span.put(byte: Self.comma, at: &end)
            if let confidence = reading.confidence, let fixed = fixedPoint([confidence]) {
                span.put(fixedPoint: Int64(fixed[0]), decimals: RowFormat.probabilityDecimals, at: &end)
            }
            span.put(reading.isSuccess ? ",1" : ",0", at: &end)
            pose?.put(into: &span, at: &end)
            for (unit, index) in zip(Self.intensities, intensityIndices) {
                span.put(byte: Self.comma, at: &end)
                if unit == Self.blink, let closure = pose?.closure {
                    span.put(
                        fixedPoint: closure * Self.highestIntensity, decimals: RowFormat.probabilityDecimals,
                        at: &end)
                }
                guard let index, let units else { continue }
                span.put(
                    fixedPoint: Int64(units[index]) * Self.highestIntensity,
                    decimals: RowFormat.probabilityDecimals, at: &end)
            }
            for (unit, index) in zip(Self.presences, presenceIndices) {
                span.put(byte: Self.comma, at: &end)
                if unit == Self.blink, let blinks = pose?.blinks { span.put(blinks ? "1" : "0", at: &end) }
                guard let index, let units else { continue }
                span.put(byte: UInt8(ascii: units[index] >= thresholds[index] ? "1" : "0"), at: &end)
            }
            span.put(byte: UInt8(ascii: "\n"), at: &end)
        }
    }

    func finish() throws(TimelineError) {
        try begin([])
        try file.commit()
    }

    func discard() { file.discard() }
}
