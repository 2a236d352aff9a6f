import Foundation

/// Joins tables into one with a column `clip` in front that says which table a row is from.
///
/// Rows are copied as they are, in constant memory; columns that people added stay, as long as all tables have
/// the same header.
///
/// ```swift
/// var merge = TableMerge(sink: try FileSink(path: "all.csv"))
/// for clip in clips { try merge.append("tables/\(clip).csv", clip: clip) }
/// try merge.commit()
/// ```
package struct TableMerge {
    /// A row longer than this is no row of a table.
    private static let longestRow = 1 << 20
    private static let blockSize = 1 << 16
    private static let lineFeed = UInt8(ascii: "\n")
    private static let quote = UInt8(ascii: "\"")

    /// The number of rows so far, without the header.
    package private(set) var rows = 0
    /// The number of tables so far.
    package private(set) var tables = 0

    private let sink: any TableSink
    private var header: (line: [UInt8], path: String)?
    private var block: [UInt8] = []
    private var line: [UInt8] = []

    /// Creates a merge whose rows go to `sink`.
    package init(sink: any TableSink) {
        self.sink = sink
    }

    /// Adds the rows of the table at `path`, under the name `clip`.
    ///
    /// - Throws: ``TimelineError`` `.cannotOpen`, `.cannotRead`, `.malformedTable` if its header is not that of
    ///   the tables before, `.cutShort` if its last row is not whole; or what the sink throws. Rows added before
    ///   the failure are in the merge.
    package mutating func append(_ path: String, clip: String) throws(TimelineError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
        defer { close(descriptor) }
        let prefix = Array((CSVText.cell(clip) + ",").utf8)
        var bytes = [UInt8](repeating: 0, count: Self.blockSize)
        var number = 0
        var isQuoted = false
        line.removeAll(keepingCapacity: true)
        while true {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannotRead(path: path, code: errno) }
            guard count > 0 else { break }
            for byte in bytes.prefix(count) {
                line.append(byte)
                // A doubled quote inside a quoted cell leaves it and enters it again.
                if byte == Self.quote { isQuoted.toggle() }
                guard byte == Self.lineFeed, !isQuoted else { continue }
                number += 1
                try take(prefix, path, number)
                line.removeAll(keepingCapacity: true)
            }
            guard line.count <= Self.longestRow else {
                throw .malformedTable(
                    path: path, line: number + 1, problem: "more than 1 MiB without the end of a row")
            }
        }
        guard line.isEmpty else { throw .cutShort(path: path, line: number + 1) }
        guard number > 0 else { throw .malformedTable(path: path, line: 1, problem: "expected a header") }
        tables += 1
    }

    /// Gives the sink all rows and ends the table.
    package mutating func commit() throws(TimelineError) {
        try flush()
        try sink.commit()
    }

    private mutating func take(_ prefix: [UInt8], _ path: String, _ number: Int) throws(TimelineError) {
        if number == 1 { return try takeHeader(path) }
        if line == [Self.lineFeed] { return }
        rows += 1
        block += prefix
        block += line
        if block.count >= Self.blockSize { try flush() }
    }

    private mutating func takeHeader(_ path: String) throws(TimelineError) {
        if let header {
            guard line == header.line else {
                throw .malformedTable(
                    path: path, line: 1,
                    problem: "its columns are not those of \(header.path), expected the same")
            }
            return
        }
        header = (line, path)
        block += Array("clip,".utf8)
        block += line
    }

    private mutating func flush() throws(TimelineError) {
        defer { block.removeAll(keepingCapacity: true) }
        if !block.isEmpty { try sink.write(block.span) }
    }
}
