import MienTable
import MienTimeline

/// The raw scores of a row that an interrupted run has written.
struct RecordedScores: Sendable {
    let expression: ExpressionScores?
    let actionUnits: ActionUnitScores?
}

/// The rows that an interrupted run left, read again in their order and in constant memory, so that their faces
/// need not be encoded again.
///
/// Smoothing computes on the six decimals that a table has, so rows made of these scores are the same bytes as
/// rows made of the encoder's. Used by one stage, the crops'.
package final class RecordedRows {
    private let table: TableReader
    private let length: Int
    private var row: FaceReading?

    /// - Parameter length: The bytes of the file's whole rows, ``wholeRows(of:)``.
    init(path: String, length: Int) throws(TimelineError) {
        table = try TableReader(path: path)
        self.length = length
        try advance()
    }

    /// The scores of a face, or nil if it has to be encoded: it is beyond the last row, or not among the rows
    /// as it should be, which the comparison of the rows will say. Must be asked in the order of the rows.
    func scores(frame: Int, faceID: Int) throws(TimelineError) -> RecordedScores? {
        while let row, (row.frame, row.faceID ?? -1) < (frame, faceID) { try advance() }
        guard let row, row.frame == frame, row.faceID == faceID, row.status == .ok else { return nil }
        return RecordedScores(expression: row.expression, actionUnits: row.actionUnits)
    }

    private func advance() throws(TimelineError) {
        // The sink appends to this very file: what comes after the recorded rows is not for us.
        row = table.bytesRead < length ? try table.next()?.reading : nil
    }

    /// How much of a partial table can be kept: the bytes up to the last row that is whole and a row, and the
    /// number of rows. After a crash of the machine anything may follow.
    static func wholeRows(of path: String) throws(TimelineError) -> (bytes: Int, rows: Int) {
        var rows = 0
        do {
            let table = try TableReader(path: path)
            do {
                while try table.next() != nil { rows += 1 }
            } catch .cutShort, .malformedTable {
                // What was read before is good.
            }
            return (table.bytesRead, rows)
        } catch .cutShort, .malformedTable {
            // Not even a header.
            return (0, 0)
        }
    }
}
