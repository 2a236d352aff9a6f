import Foundation
import Mien
import MienExport
import MienTimeline

/// Where the rows of a live run go: a table, JSON lines, or both; each row as soon as it is known.
final class StreamOutputs {
    private let table: TableWriter?
    private let lines: ReadingLines?
    /// The file of the table, if it is one.
    let path: String?
    private(set) var counts = TableCounts()

    /// - Parameters:
    ///   - table: The table's name, `-` for standard output, or nil for none.
    ///   - printsLines: Whether JSON lines go to standard output.
    init(table name: String?, printsLines: Bool, replacing: Bool, groups: ColumnGroups) throws(TimelineError)
    {
        var sink: (any TableSink)?
        var path: String?
        if let name {
            if TableOutput.isFile(name) {
                path = name
                sink = try LiveFileSink(path: name, replacing: replacing)
            } else {
                sink = try TableOutput.sink(for: name)
            }
        }
        self.path = path
        table = sink.map { TableWriter(sink: $0, groups: groups) }
        lines = printsLines ? ReadingLines(sink: DescriptorSink.standardOutput(), groups: groups) : nil
        // The header is there before the first face is.
        try table?.flush()
    }

    func write(_ reading: FaceReading) throws(TimelineError) {
        counts.add(reading)
        if let table {
            try table.write(reading)
            try table.flush()
        }
        if let lines {
            try lines.write(reading)
            try lines.flush()
        }
    }

    /// Ends both; the table first, as it does not depend on a reader.
    func commit() throws(TimelineError) {
        try table?.commit()
        try lines?.commit()
    }
}
