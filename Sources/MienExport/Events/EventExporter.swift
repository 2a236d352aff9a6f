import MienTable
import MienTimeline

/// A format that says in which intervals faces show something.
protocol EventFormat {
    /// Writes the whole file.
    ///
    /// - Parameter events: Sorted by face, label and start.
    /// - Returns: What the user should know, one sentence each.
    func write(
        _ events: [TimelineEvent], to file: ExportFile, context: ExportContext
    ) throws(TimelineError) -> [String]
}

/// Collects the intervals of a table and writes them at its end.
///
/// These formats group or sort what they hold, so memory grows with the number of intervals; rows are not kept.
final class EventExporter: TableExporter {
    private let file: ExportFile
    private let format: any EventFormat
    private let context: ExportContext
    private var extractor: EventExtractor
    private var events: [TimelineEvent] = []
    private(set) var warnings: [String] = []

    init(file: ExportFile, format: any EventFormat, context: ExportContext) {
        self.file = file
        self.format = format
        self.context = context
        extractor = EventExtractor(context)
    }

    func add(_ row: TableRow) throws(TimelineError) {
        extractor.push(row.reading) { events.append($0) }
    }

    func finish() throws(TimelineError) {
        extractor.finish { events.append($0) }
        events.sort()
        warnings = try format.write(events, to: file, context: context)
        try file.commit()
    }

    func discard() { file.discard() }
}

extension [TimelineEvent] {
    /// Sorts by face, label and start.
    fileprivate mutating func sort() {
        let places = Dictionary(uniqueKeysWithValues: EventLabel.all.enumerated().map { ($1, $0) })
        sort { ($0.face, places[$0.label] ?? 0, $0.start) < ($1.face, places[$1.label] ?? 0, $1.start) }
    }
}
