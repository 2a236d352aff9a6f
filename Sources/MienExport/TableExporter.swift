import MienTable
import MienTimeline

/// Turns a table into another format, row by row.
///
/// One exporter serves one table. ``discard()`` is for when another call has thrown or the export is given up.
package protocol TableExporter: AnyObject {
    /// What the user should know about the output, one sentence each; complete after ``finish()``.
    var warnings: [String] { get }

    /// Takes the next row, in the order of the table.
    func add(_ row: TableRow) throws(TimelineError)

    /// Ends the output: all rows have been added, and files get their names.
    func finish() throws(TimelineError)

    /// Removes what was written.
    func discard()
}

extension TableExporter {
    package var warnings: [String] { [] }
}
