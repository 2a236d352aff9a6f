import MienTimeline

/// Joins tables into one with a column `clip` in front that says which table a row is from.
///
/// Rows are copied as they are, in constant memory, and those of tables that went through a spreadsheet become like
/// the others: commas between cells, points in numbers. All tables must have the same columns, those that people
/// added too; their order is that of the first.
///
/// ```swift
/// var merge = TableMerge(sink: try FileSink(path: "all.csv"))
/// for clip in clips { try merge.append("tables/\(clip).csv", clip: clip) }
/// try merge.commit()
/// ```
package struct TableMerge {
    private static let blockSize = 1 << 16

    /// The number of rows so far, without the header.
    package private(set) var rows = 0
    /// The number of tables so far.
    package private(set) var tables = 0
    /// The number of rows whose presentation timestamp a spreadsheet rounded; it is left out.
    package private(set) var roundedTimestamps = 0

    private let sink: any TableSink
    private var header: (names: [String], path: String)?
    private var block: [UInt8] = []

    /// Creates a merge whose rows go to `sink`.
    package init(sink: any TableSink) {
        self.sink = sink
    }

    /// Adds the rows of the table at `path`, under the name `clip`.
    ///
    /// - Throws: ``TimelineError`` `.cannotOpen`, `.cannotRead`, `.malformedTable` if its columns are not those of
    ///   the tables before, `.cutShort` if its last row is not whole; or what the sink throws. Rows added before
    ///   the failure are in the merge.
    package mutating func append(_ path: String, clip: String) throws(TimelineError) {
        let table = try CSVReader(path: path, allowsOpenEnd: false)
        let columns = try columns(of: table)
        let isSame = columns == Array(table.header.indices)
        let pts = table.header.firstIndex(of: "pts")
        let prefix = Array((CSVText.cell(clip) + ",").utf8)
        while let record = try table.next() {
            guard record.count == table.header.count else {
                throw .malformedTable(
                    path: path, line: record.line,
                    problem: "\(record.foundCount) cells, expected \(table.header.count) as in the header")
            }
            block += prefix
            let isRounded = pts.map { record.integer($0) == .rounded } ?? false
            if isRounded { roundedTimestamps += 1 }
            let line = record.text[record.range]
            let isPlain =
                table.isPlain && record.foundCount == record.count && !line.contains(UInt8(ascii: "\""))
            if isSame, isPlain, !isRounded {
                block += line
            } else {
                for (place, column) in columns.enumerated() {
                    if place > 0 { block.append(UInt8(ascii: ",")) }
                    if isRounded, column == pts { continue }
                    block += Self.cell(record, column).utf8
                }
            }
            block.append(UInt8(ascii: "\n"))
            rows += 1
            if block.count >= Self.blockSize { try flush() }
        }
        tables += 1
    }

    /// Gives the sink all rows and ends the table.
    package mutating func commit() throws(TimelineError) {
        try flush()
        try sink.commit()
    }

    /// Where the columns of the first table are in this one.
    private mutating func columns(of table: CSVReader) throws(TimelineError) -> [Int] {
        guard let header else {
            header = (table.header, table.name)
            block += ("clip," + table.header.map(CSVText.cell).joined(separator: ",") + "\n").utf8
            return Array(table.header.indices)
        }
        if table.header == header.names { return Array(table.header.indices) }
        let columns = header.names.compactMap { table.header.firstIndex(of: $0) }
        guard Set(columns).count == header.names.count, columns.count == table.header.count else {
            let missing = header.names.first { !table.header.contains($0) }
            let added = table.header.first { !header.names.contains($0) }
            let difference =
                missing.map { "it has no \"\($0)\"" } ?? added.map { "\"\($0)\" is not there" }
                ?? "one is there twice"
            throw .malformedTable(
                path: table.name, line: 1,
                problem: "its columns are not those of \(header.path), expected the same: \(difference)")
        }
        return columns
    }

    /// A cell, with a point in a number that has a decimal comma.
    private static func cell(_ record: CSVRecord, _ column: Int) -> String {
        let text = record[column]
        let isDecimal = text.utf8.contains(UInt8(ascii: ",")) && record.number(column) != nil
        return CSVText.cell(isDecimal ? text.replacing(",", with: ".") : text)
    }

    private mutating func flush() throws(TimelineError) {
        defer { block.removeAll(keepingCapacity: true) }
        if !block.isEmpty { try sink.write(block.span) }
    }
}
