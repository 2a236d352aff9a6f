import MienTable
import MienTimeline

/// Writes every row as a JSON object on a line of its own, with the table's columns as keys and null where a cell
/// is empty.
///
/// Numbers are written as the table writes them. Columns that people added come last, as text.
final class JSONLinesExporter: TableExporter {
    private static let maximumRowBytes =
        RowFormat.maximumRowBytes + keys(ColumnGroups(rawValue: .max)).reduce(0) { $0 + $1.utf8.count + 4 }

    private let file: ExportFile
    /// The columns of the rows, which are those of the first.
    private var groups: ColumnGroups = []
    private var keys = JSONLinesExporter.keys([])

    init(file: ExportFile) {
        self.file = file
    }

    private static func keys(_ groups: ColumnGroups) -> [String] {
        (TableColumn.all + groups.columns).map { ",\"\($0.name)\":" }
    }

    func add(_ row: TableRow) throws(TimelineError) {
        if row.groups != groups { (groups, keys) = (row.groups, Self.keys(row.groups)) }
        let extra = zip(row.extraColumns, row.extraCells).map { name, cell in
            "," + JSONText.quoted(name) + ":" + (cell.isEmpty ? "null" : JSONText.quoted(cell))
        }.joined()
        try file.append(atMost: Self.maximumRowBytes + extra.utf8.count) { span, end in
            // The first key has no comma before it.
            span.put("{\"frame\":", at: &end)
            span.put(Int64(row.reading.frame), at: &end)
            var object = Members(keys: keys)
            object.place(row.reading, into: &span, at: &end)
            object.scores(row, into: &span, at: &end)
            object.groups(row, into: &span, at: &end)
            span.put(extra, at: &end)
            span.put("}\n", at: &end)
        }
    }

    func finish() throws(TimelineError) { try file.commit() }

    func discard() { file.discard() }

    /// The members of an object, in the order of the columns.
    private struct Members {
        let keys: [String]
        /// The column whose key comes next; the frame's has been written.
        var next = 1

        init(keys: [String]) { self.keys = keys }

        mutating func place(_ reading: FaceReading, into span: inout MutableSpan<UInt8>, at end: inout Int) {
            key(into: &span, at: &end)
            span.put(Int64(reading.faceID ?? -1), at: &end)
            number(
                fixedPoint(reading.timestamp, scale: 1e6), decimals: RowFormat.timestampDecimals, into: &span,
                at: &end)
            number(
                reading.confidence.flatMap { fixedPoint([$0]).map { Int64($0[0]) } },
                decimals: RowFormat.probabilityDecimals, into: &span, at: &end)
            key(into: &span, at: &end)
            span.put(reading.isSuccess ? "1" : "0", at: &end)
            key(into: &span, at: &end)
            if let pts = reading.pts { span.put(pts, at: &end) } else { span.put("null", at: &end) }
            text(reading.status.rawValue, into: &span, at: &end)
            box(reading.box, into: &span, at: &end)
        }

        mutating func scores(_ row: TableRow, into span: inout MutableSpan<UInt8>, at end: inout Int) {
            let reading = row.reading
            probabilities(reading.expression.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            text(row.expressionLabel?.name, into: &span, at: &end)
            probabilities(reading.actionUnits.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            probabilities(reading.smoothedExpression.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            text(row.smoothedExpressionLabel?.name, into: &span, at: &end)
            probabilities(
                reading.smoothedActionUnits.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
        }

        mutating func groups(_ row: TableRow, into span: inout MutableSpan<UInt8>, at end: inout Int) {
            let reading = row.reading
            if row.groups.contains(.uncertainty) {
                number(
                    RowFormat.uncertainty(of: reading), decimals: RowFormat.probabilityDecimals, into: &span,
                    at: &end)
            }
            if row.groups.contains(.relative) {
                differences(reading.relativeActionUnits, into: &span, at: &end)
            }
            if row.groups.contains(.geometry) {
                for quantity in RowFormat.quantities {
                    number(
                        RowFormat.cell(of: reading.geometry, quantity), decimals: quantity.decimals,
                        into: &span, at: &end)
                }
            }
            if row.groups.contains(.blendshapes) {
                probabilities(reading.blendshapes.flatMap { fixedPoint($0.values) }, into: &span, at: &end)
            }
        }

        @inline(__always)
        mutating func key(into span: inout MutableSpan<UInt8>, at end: inout Int) {
            span.put(keys[next], at: &end)
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
