import Foundation
import MienTable
import MienTimeline

/// Writes tasks for Label Studio: one for each face, with its table of scores over time and the intervals as
/// predictions that an annotator accepts or corrects.
///
/// Tasks name the tables as Label Studio finds them: below a prefix, by default that of its local files. Times are
/// in seconds from the start of the media file, as in the tables.
final class LabelStudioExporter: TableExporter {
    private let file: ExportFile
    private let context: ExportContext
    private let tables: FaceTables
    private var extractor: EventExtractor
    private var events: [TimelineEvent] = []

    init(
        file: ExportFile, path: String, replacing: Bool, context: ExportContext
    ) throws(TimelineError) {
        self.file = file
        self.context = context
        tables = FaceTables(path: path, replacing: replacing, context: context)
        extractor = EventExtractor(context)
    }

    var warnings: [String] { tables.warnings }

    func add(_ row: TableRow) throws(TimelineError) {
        try tables.add(row)
        extractor.push(row.reading) { events.append($0) }
    }

    func finish() throws(TimelineError) {
        extractor.finish { events.append($0) }
        let eventsOfFace = Dictionary(grouping: events, by: \.face)
        let version = ["mien", context.metadata?.mien, context.metadata?.model.name].compactMap(\.self)
            .joined(separator: " ")
        try file.append("[")
        for (position, face) in tables.faces.enumerated() {
            let table = (tables.path(ofFace: face) as NSString).lastPathComponent
            var data = [
                "\"csv\": " + JSONText.quoted(context.tablePrefix + AddressText.escaped(table)),
                "\"face_id\": \(face)",
            ]
            if let media = context.media { data.append("\"media\": " + JSONText.quoted(media)) }
            try file.append(
                (position == 0 ? "\n" : ",\n") + "{\"data\": {" + data.joined(separator: ", ")
                    + "}, \"predictions\": [{\"model_version\": " + JSONText.quoted(version)
                    + ", \"result\": [")
            let events = (eventsOfFace[face] ?? []).sorted {
                ($0.start, $0.label.name) < ($1.start, $1.label.name)
            }
            for (index, event) in events.enumerated() {
                try file.append((index == 0 ? "\n" : ",\n") + region(event, number: index))
            }
            try file.append("\n]}]}")
        }
        try file.append("\n]\n")
        // The tables first: tasks without their tables would be of no use.
        try tables.finish()
        try file.commit()
    }

    func discard() {
        tables.discard()
        file.discard()
    }

    private func region(_ event: TimelineEvent, number: Int) -> String {
        func seconds(_ time: Int64) -> Double { Double(context.mediaMilliseconds(time)) / 1000 }
        return "{\"id\": \"face\(event.face)-\(number)\", \"from_name\": \"label\", \"to_name\": \"ts\", "
            + "\"type\": \"timeserieslabels\", \"score\": \(Double(event.mean) / Double(fixedPointOne)), "
            + "\"value\": {\"start\": \(seconds(event.start)), \"end\": \(seconds(event.end)), "
            + "\"instant\": false, \"timeserieslabels\": [\"\(event.label.name)\"]}}"
    }
}
