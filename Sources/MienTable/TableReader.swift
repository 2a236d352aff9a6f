import MienTimeline

/// Reads a table back, row by row, in constant memory.
///
/// All columns of ``TableColumn/all`` must be there, in any order, and each of ``ColumnGroups`` is read
/// where it is whole; others that people added are passed on with each row. The table may have been through pandas,
/// R or a spreadsheet, in whichever way those save it: semicolons, quotes, CRLF, decimal commas, UTF-16, `NA` and
/// `NaN` for nothing. Presentation timestamps that a spreadsheet rounded (1.23457E+12) count as missing.
///
/// ```swift
/// let table = try TableReader(path: "clip.csv")
/// while let row = try table.next() { print(row.reading.timestamp, row.expressionLabel ?? "-") }
/// ```
public final class TableReader {
    /// The names of the columns that are not ours, in their order.
    public var extraColumns: [String] { parser.layout.extraColumns }
    /// The length in bytes of the header and the rows read so far: what may be kept of a table cut short.
    public private(set) var bytesRead: Int
    /// The number of the line read last, from 1; the header is line 1.
    public var line: Int { csv.line }
    /// The number of rows so far whose presentation timestamp a spreadsheet rounded.
    public private(set) var roundedTimestamps = 0

    private let csv: CSVReader
    private let parser: RowParser
    private var order = RowOrder()

    /// Opens the table at `path`, `-` for the standard input, and reads its header.
    ///
    /// - Throws: ``TimelineError`` `.cannotOpen`, `.cannotRead`, or `.malformedTable` if a column is missing.
    public convenience init(path: String) throws(TimelineError) {
        try self.init(CSVReader(path: path, allowsOpenEnd: false))
    }

    /// Reads a table that is in memory; messages call it `name`.
    public convenience init(bytes: [UInt8], name: String) throws(TimelineError) {
        try self.init(CSVReader(bytes: bytes, name: name, allowsOpenEnd: false))
    }

    private init(_ csv: CSVReader) throws(TimelineError) {
        self.csv = csv
        bytesRead = csv.bytesRead
        do {
            parser = RowParser(layout: try TableLayout(header: csv.header))
        } catch {
            throw .malformedTable(path: csv.name, line: csv.line, problem: error.text)
        }
    }

    /// The next row, or nil at the end of the table.
    ///
    /// - Throws: ``TimelineError`` `.malformedTable` with the line and what was expected there, `.cutShort` if
    ///   the last row is not whole, `.cannotRead`.
    public func next() throws(TimelineError) -> TableRow? {
        guard let record = try csv.next() else {
            bytesRead = csv.bytesRead
            return nil
        }
        let layout = parser.layout
        let row: TableRow
        do {
            row = TableRow(
                reading: try parser.reading(record),
                expressionLabel: try parser.label(record, TableLayout.expressionLabel),
                smoothedExpressionLabel: try parser.label(record, TableLayout.smoothedExpressionLabel),
                groups: layout.groups, extraColumns: layout.extraColumns,
                extraCells: layout.extraPositions.map { record[$0] })
        } catch {
            try checkCount(record)
            throw malformed(record, error.text)
        }
        // Empty cells that a spreadsheet left out at the end are none too few.
        if record.count > layout.width { try checkCount(record) }
        if let objection = order.objection(toFrame: row.reading.frame, faceID: row.reading.faceID) {
            throw malformed(record, "\(objection), expected rows sorted by frame and face_id")
        }
        order.admit(frame: row.reading.frame, faceID: row.reading.faceID)
        if row.reading.pts == nil, parser.hasRoundedPTS(record) { roundedTimestamps += 1 }
        bytesRead = csv.bytesRead
        return row
    }

    /// A sentence about presentation timestamps that a spreadsheet rounded; nil if there are none.
    public var warning: String? {
        guard roundedTimestamps > 0 else { return nil }
        return
            "\(csv.name): a spreadsheet rounded pts in \(roundedTimestamps) rows (as 1.23457E+12); they count as "
            + "missing, and the table as mien wrote it has them"
    }

    private func checkCount(_ record: CSVRecord) throws(TimelineError) {
        guard record.foundCount != parser.layout.width else { return }
        throw malformed(
            record, "\(record.foundCount) cells, expected \(parser.layout.width) as in the header")
    }

    private func malformed(_ record: CSVRecord, _ problem: String) -> TimelineError {
        .malformedTable(path: csv.name, line: record.line, problem: problem)
    }
}
