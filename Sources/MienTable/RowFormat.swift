import MienTimeline

/// One reading as one line of the table.
package enum RowFormat {
    /// No row is longer than this: 134 cells of at most 21 characters, commas, the line feed.
    package static var maximumRowBytes: Int { 4096 }

    @inlinable package static var probabilityDecimals: Int { 6 }
    @inlinable package static var timestampDecimals: Int { 6 }
    @inlinable package static var boxDecimals: Int { 2 }

    private static let comma = UInt8(ascii: ",")

    /// Puts the row at `end`, line feed included, and moves `end` past it.
    ///
    /// - Parameter groups: The columns that follow those of every table.
    static func put(
        _ reading: FaceReading, groups: ColumnGroups, into row: inout MutableSpan<UInt8>, at end: inout Int
    ) {
        row.put(Int64(reading.frame), at: &end)
        row.put(byte: comma, at: &end)
        row.put(Int64(reading.faceID ?? -1), at: &end)
        row.put(byte: comma, at: &end)
        if let fixed = fixedPoint(reading.timestamp, scale: 1e6) {
            row.put(fixedPoint: fixed, decimals: timestampDecimals, at: &end)
        }
        row.put(byte: comma, at: &end)
        if let confidence = reading.confidence, let fixed = fixedPoint([confidence]) {
            row.put(fixedPoint: Int64(fixed[0]), decimals: probabilityDecimals, at: &end)
        }
        row.put(reading.isSuccess ? ",1," : ",0,", at: &end)
        if let pts = reading.pts { row.put(pts, at: &end) }
        row.put(byte: comma, at: &end)
        row.put(reading.status.rawValue, at: &end)
        put(reading.box, into: &row, at: &end)
        put(reading.expression, into: &row, at: &end)
        put(reading.actionUnits, into: &row, at: &end)
        put(reading.smoothedExpression, into: &row, at: &end)
        put(reading.smoothedActionUnits, into: &row, at: &end)
        if groups.contains(.uncertainty) {
            row.put(byte: comma, at: &end)
            if let fixed = uncertainty(of: reading) {
                row.put(fixedPoint: fixed, decimals: probabilityDecimals, at: &end)
            }
        }
        if groups.contains(.relative) { put(reading.relativeActionUnits, into: &row, at: &end) }
        if groups.contains(.geometry) {
            for quantity in quantities {
                row.put(byte: comma, at: &end)
                if let fixed = cell(of: reading.geometry, quantity) {
                    row.put(fixedPoint: fixed, decimals: quantity.decimals, at: &end)
                }
            }
        }
        if groups.contains(.blendshapes) {
            guard let fixed = reading.blendshapes.flatMap({ fixedPoint($0.values) }) else {
                for _ in 0..<BlendshapeScores.count { row.put(byte: comma, at: &end) }
                return row.put(byte: UInt8(ascii: "\n"), at: &end)
            }
            put(fixed, into: &row, at: &end)
        }
        row.put(byte: UInt8(ascii: "\n"), at: &end)
    }

    // `allCases` makes an array every time.
    package static let quantities = FaceGeometry.Quantity.allCases

    /// The cell `uncertainty` in the table's integers.
    package static func uncertainty(of reading: FaceReading) -> Int64? {
        reading.expression?.uncertainty.flatMap { fixedPoint($0, scale: 1e6) }
    }

    /// A cell of the geometry as an integer of its own decimals; nil if the number was not measured.
    package static func cell(of geometry: FaceGeometry?, _ quantity: FaceGeometry.Quantity) -> Int64? {
        geometry?[quantity].flatMap { fixedPoint($0, scale: scales[quantity.decimals]) }
    }

    private static let scales: [Double] = [1, 10, 100, 1000]

    /// Puts a comma and the four numbers of the box, or four commas.
    package static func put(
        _ box: FaceRectangle?, into row: inout MutableSpan<UInt8>, at end: inout Int
    ) {
        guard let box, let x = fixedPoint(box.x, scale: 1e2), let y = fixedPoint(box.y, scale: 1e2),
            let width = fixedPoint(box.width, scale: 1e2),
            let height = fixedPoint(box.height, scale: 1e2)
        else { return row.put(",,,,", at: &end) }
        let edges: InlineArray<4, Int64> = [x, y, width, height]
        for i in edges.indices {
            row.put(byte: comma, at: &end)
            row.put(fixedPoint: edges[i], decimals: boxDecimals, at: &end)
        }
    }

    /// The eight probabilities and the label.
    private static func put(
        _ scores: ExpressionScores?, into row: inout MutableSpan<UInt8>, at end: inout Int
    ) {
        guard let scores, let fixed = fixedPoint(scores.values) else {
            return row.put(",,,,,,,,,", at: &end)
        }
        put(fixed, into: &row, at: &end)
        row.put(byte: comma, at: &end)
        row.put(FacialExpression(rawValue: firstMaximum(fixed))!.name, at: &end)
    }

    private static func put(
        _ scores: ActionUnitScores?, into row: inout MutableSpan<UInt8>, at end: inout Int
    ) {
        guard let scores, let fixed = fixedPoint(scores.values) else {
            return row.put(",,,,,,,,,,,,", at: &end)
        }
        put(fixed, into: &row, at: &end)
    }

    private static func put(
        _ differences: RelativeActionUnits?, into row: inout MutableSpan<UInt8>, at end: inout Int
    ) {
        for unit in 0..<12 {
            row.put(byte: comma, at: &end)
            guard let fixed = differences.flatMap({ fixedPoint($0.values[unit], scale: 1e6) }) else {
                continue
            }
            row.put(fixedPoint: fixed, decimals: probabilityDecimals, at: &end)
        }
    }

    private static func put<let count: Int>(
        _ fixed: InlineArray<count, Int32>, into row: inout MutableSpan<UInt8>, at end: inout Int
    ) {
        for i in 0..<count {
            row.put(byte: comma, at: &end)
            row.put(fixedPoint: Int64(fixed[i]), decimals: probabilityDecimals, at: &end)
        }
    }
}
