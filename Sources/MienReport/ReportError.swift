import Foundation
import MienTimeline

/// Why a report or a figure could not be made. Every message names the file, the thing and what was expected.
package enum ReportError: Error, Sendable, Equatable {
    /// The table could not be read, or the output not be written.
    case timeline(TimelineError)
    /// A file that belongs to mien, or the charts' library, is not there.
    case missing(String)
    /// The video, the picture or the model of the report cannot be used.
    case unusable(String)
    /// What was asked for is not in the table.
    case absent(String)
    /// cairo could not draw or write.
    case drawing(String)
}

extension ReportError: CustomStringConvertible, LocalizedError {
    package var description: String {
        switch self {
        case .timeline(let error): "\(error)"
        case .missing(let message), .unusable(let message), .absent(let message), .drawing(let message):
            message
        }
    }

    package var errorDescription: String? { description }
}

/// Calls `body` and gives what goes wrong with tables and sinks its place among the reasons of a report.
func reporting<Value>(_ body: () throws(TimelineError) -> Value) throws(ReportError) -> Value {
    do throws(TimelineError) {
        return try body()
    } catch {
        throw .timeline(error)
    }
}
