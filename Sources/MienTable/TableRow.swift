import MienTimeline

/// A row read from a table.
public struct TableRow: Sendable {
    /// The reading.
    public var reading: FaceReading
    /// The label in the `expression` cell, which somebody may have corrected: it need not be the most probable.
    public var expressionLabel: FacialExpression?
    /// The label in the `s_expression` cell.
    public var smoothedExpressionLabel: FacialExpression?
    /// The columns the table has after those of every table, filled in this row or not.
    public var groups: ColumnGroups
    /// The names of the columns that are not ours, in their order.
    public var extraColumns: [String]
    /// Their cells.
    public var extraCells: [String]

    package init(
        reading: FaceReading, expressionLabel: FacialExpression?, smoothedExpressionLabel: FacialExpression?,
        groups: ColumnGroups, extraColumns: [String] = [], extraCells: [String] = []
    ) {
        self.reading = reading
        self.expressionLabel = expressionLabel
        self.smoothedExpressionLabel = smoothedExpressionLabel
        self.groups = groups
        self.extraColumns = extraColumns
        self.extraCells = extraCells
    }

    /// The cell of an extra column, or nil if the table has none of that name.
    public subscript(column: String) -> String? {
        extraColumns.firstIndex(of: column).map { extraCells[$0] }
    }
}
