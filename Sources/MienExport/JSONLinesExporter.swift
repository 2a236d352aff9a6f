import MienTable
import MienTimeline

/// Writes every row as a JSON object on a line of its own, with the table's columns as keys and null where a cell
/// is empty.
///
/// Numbers are written as the table writes them. Columns that people added come last, as text.
final class JSONLinesExporter: TableExporter {
    private static let keys = (TableColumn.all + TableColumn.relative).map { ",\"\($0.name)\":" }
    private static let maximumRowBytes = RowFormat.maximumRowBytes + keys.reduce(0) { $0 + $1.utf8.count + 4 }

    private let file: ExportFile

    init(file: ExportFile) {
        self.file = file
    }

    func add(_ row: TableRow) throws(TimelineError) {
        let extra = zip(row.extraColumns, row.extraCells).map { name, cell in
            "," + JSONText.quoted(name) + ":" + (cell.isEmpty ? "null" : JSONText.quoted(cell))
        }.joined()
        let reading = row.reading
        try file.append(atMost: Self.maximumRowBytes + extra.utf8.count) { span, end in
            // The first key has no comma before it.
            span.put("{\"frame\":", at: &end)
            span.put(Int64(reading.frame), at: &end)
            var object = Members(next: 1)
            object.key(into: &span, at: &end)
            span.put(Int64(reading.faceID ?? -1), at: &end)
            object.number(
                fixedPoint(reading.timestamp, scale: 1e6), decimals: RowFormat.timestampDecimals,
                into: &span,
                at: &end)
            object.number(
                reading.confidence.flatMap { fixedPoint([$0]).map { Int64($0[0]) } },
                decimals: RowFormat.probabilityDecimals, into: &span, at: &end)
            object.key(into: &span, at: &end)
            span.put(reading.isSuccess ? "1" : "0", at: &end)
            object.key(into: &span, at: &end)
            if let pts = reading.pts { span.put(pts, at: &end) } else { span.put("null", at: &end) }
            object.text(reading.status.rawValue, into: &span, at: &end)
            object.box(reading.box, into: &span, at: &end)
            object.probabilities(reading.expression.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            object.text(row.expressionLabel?.name, into: &span, at: &end)
            object.probabilities(reading.actionUnits.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            object.probabilities(
                reading.smoothedExpression.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            object.text(row.smoothedExpressionLabel?.name, into: &span, at: &end)
            object.probabilities(
                reading.smoothedActionUnits.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            if row.hasRelativeColumns {
                object.differences(reading.relativeActionUnits, into: &span, at: &end)
            }
            span.put(extra, at: &end)
            span.put("}\n", at: &end)
        }
    }

    func finish() throws(TimelineError) { try file.commit() }

    func discard() { file.discard() }

    /// The members of an object, in the order of the columns.
    private struct Members {
        /// The column whose key comes next.
        var next: Int

        @inline(__always)
        mutating func key(into span: inout MutableSpan<UInt8>, at end: inout Int) {
            span.put(JSONLinesExporter.keys[next], at: &end)
            next += 1
        }

        @inline(__always)
        mutating func number(
            _ fixed: Int64?, decimals: Int, into span: inout MutableSpan<UInt8>, at end: inout Int
        ) {
            key(into: &span, at: &end)
            guard let fixed else { return span.put("null", at: &end) }
            span.put(fixedPoint: fixed, decimals: decimals, at: &end)
        }

        mutating func text(_ word: String?, into span: inout MutableSpan<UInt8>, at end: inout Int) {
            key(into: &span, at: &end)
            guard let word else { return span.put("null", at: &end) }
            span.put(byte: UInt8(ascii: "\""), at: &end)
            span.put(word, at: &end)
            span.put(byte: UInt8(ascii: "\""), at: &end)
        }

        mutating func box(
            _ box: FaceRectangle?, into span: inout MutableSpan<UInt8>, at end: inout Int
        ) {
            let edges: InlineArray<4, Float?> = [box?.x, box?.y, box?.width, box?.height]
            for i in edges.indices {
                number(
                    edges[i].flatMap { fixedPoint($0, scale: 1e2) }, decimals: RowFormat.boxDecimals,
                    into: &span, at: &end)
            }
        }

        mutating func differences(
            _ differences: RelativeActionUnits?, into span: inout MutableSpan<UInt8>, at end: inout Int
        ) {
            for unit in 0..<ActionUnitScores.count {
                number(
                    differences.flatMap { fixedPoint($0.values[unit], scale: 1e6) },
                    decimals: RowFormat.probabilityDecimals, into: &span, at: &end)
            }
        }

        @inline(__always)
        mutating func probabilities<let count: Int>(
            _ fixed: InlineArray<count, Int32>?, into span: inout MutableSpan<UInt8>, at end: inout Int
        ) {
            for i in 0..<count {
                number(
                    fixed.map { Int64($0[i]) }, decimals: RowFormat.probabilityDecimals, into: &span,
                    at: &end)
            }
        }
    }
}
