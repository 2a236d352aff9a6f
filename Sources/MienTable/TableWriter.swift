import MienTimeline

/// Writes readings as a CSV table, one row each.
///
/// The columns are those of ``TableColumn/all``, and the ``ColumnGroups`` asked for. Times and probabilities have six
/// decimals, boxes two, with a point whatever the locale; what is missing is an empty cell; lines end with a line feed. A value that is not
/// finite counts as missing, and so does a set of scores with one that is not a probability. The same readings
/// give the same bytes.
///
/// Rows are collected and given to the sink in whole rows, 64 KB at a time, and at ``flush()``.
///
/// ```swift
/// let table = TableWriter(sink: try FileSink(path: "clip.csv"))
/// for reading in readings { try table.write(reading) }
/// try table.commit()
/// ```
public final class TableWriter {
    private let sink: any TableSink
    private var block = RowBlock()
    private var order = RowOrder()
    private let groups: ColumnGroups

    /// What has been written so far.
    public private(set) var counts = TableCounts()

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - header: False where the sink continues a table that has rows already.
    ///   - groups: The columns that follow those of every table.
    public init(sink: any TableSink, header: Bool = true, groups: ColumnGroups = []) {
        self.sink = sink
        self.groups = groups
        let names = groups.columns.map { "," + $0.name }.joined()
        if header { block.append(line: TableColumn.header + names) }
    }

    /// Adds the next row, which must follow the one before in the order of (frame, face); a frame without a
    /// face has a single row.
    ///
    /// - Throws: What the sink throws. The rows that it did not take are lost, and the writer is done for.
    public func write(_ reading: FaceReading) throws(TimelineError) {
        order.admit(frame: reading.frame, faceID: reading.faceID)
        counts.add(reading)
        block.append(reading, groups: groups)
        if block.isFull { try flush() }
    }

    /// Gives the sink all rows there are.
    public func flush() throws(TimelineError) {
        try block.empty(into: sink)
    }

    /// Gives the sink all rows and ends the table: a file gets its final name.
    public func commit() throws(TimelineError) {
        try flush()
        try sink.commit()
    }
}
