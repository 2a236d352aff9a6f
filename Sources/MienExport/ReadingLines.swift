import MienTable
import MienTimeline

/// Writes readings as JSON, an object on a line of its own for each, as they come: the rows of
/// ``ExportFormat/jsonLines`` without a table to make them from.
public final class ReadingLines {
    private let file: ExportFile
    private let exporter: JSONLinesExporter
    private let groups: ColumnGroups

    /// - Parameter groups: The members that follow those of every table.
    public init(sink: any TableSink, groups: ColumnGroups = []) {
        file = ExportFile(sink: sink)
        exporter = JSONLinesExporter(file: file)
        self.groups = groups
    }

    /// Writes the next row, which goes out with ``flush()``.
    ///
    /// - Throws: What the sink throws.
    public func write(_ reading: FaceReading) throws(TimelineError) {
        try exporter.add(
            TableRow(
                reading: reading, expressionLabel: reading.expression?.dominant,
                smoothedExpressionLabel: reading.smoothedExpression?.dominant,
                groups: groups))
    }

    /// Gives the sink all rows there are.
    public func flush() throws(TimelineError) { try file.flush() }

    /// Gives the sink all rows and ends the output.
    public func commit() throws(TimelineError) { try file.commit() }
}
