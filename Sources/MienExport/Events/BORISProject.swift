import MienTimeline

/// A project of BORIS: an observation of the media file, with the faces as subjects and the labels as state events.
///
/// A state event has two entries, one where it begins and one where it ends. Times are in seconds from the start of
/// the media file. The format is BORIS' own JSON, version 7.0, which BORIS has written since 2017.
struct BORISProject: EventFormat {
    func write(
        _ events: [TimelineEvent], to file: ExportFile, context: ExportContext
    ) throws(TimelineError) -> [String] {
        let (intervals, dropped) = MediaInterval.intervals(events, context)
        let faces = Set(events.map(\.face)).sorted()
        let media = context.media ?? context.name
        let quoted = JSONText.quoted(media)
        let video = context.metadata?.video
        let created = context.metadata?.created ?? "1970-01-01T00:00:00"
        try file.append(
            """
            {
            "time_format": "hh:mm:ss",
            "project_date": \(JSONText.quoted(created)),
            "project_name": \(JSONText.quoted(context.name)),
            "project_description": "made by mien",
            "project_format_version": "7.0",
            "subjects_conf": {\(Self.members(faces.map(Self.subject)))},
            "behaviors_conf": {\(Self.members(context.labels.map(Self.behavior)))},
            "behavioral_categories": ["expression", "action unit"],
            "independent_variables": {},
            "coding_map": {},
            "behaviors_coding_map": [],
            "converters": {},
            "observations": {\(JSONText.quoted(context.name)): {
            "file": {"1": [\(quoted)], "2": [], "3": [], "4": [], "5": [], "6": [], "7": [], "8": []},
            "type": "MEDIA",
            "date": \(JSONText.quoted(created)),
            "description": "",
            "time offset": 0.0,
            "observation time interval": [0, 0],
            "independent_variables": {},
            "visualize_spectrogram": false,
            "visualize_waveform": false,
            "close_behaviors_between_videos": false,
            "media_info": {"length": {\(quoted): \(Self.decimal(intervals.map(\.end).max() ?? 0))},
            "fps": {\(quoted): \(video?.averageRate.flatMap { $0.isFinite ? $0 : nil } ?? 0)},
            "hasVideo": {\(quoted): true}, "hasAudio": {\(quoted): false}, "offset": {"1": 0.0}},
            "events": [
            """)
        var entries: [(time: Int64, interval: Int, frame: Int)] = []
        for (index, interval) in intervals.enumerated() {
            entries.append((interval.start, index, interval.event.firstFrame))
            entries.append((interval.end, index, interval.event.lastFrame + 1))
        }
        entries.sort { ($0.time, $0.interval) < ($1.time, $1.interval) }
        for (index, entry) in entries.enumerated() {
            let event = intervals[entry.interval].event
            try file.append(
                (index == 0 ? "\n" : ",\n") + "[\(Self.decimal(entry.time)), \"face \(event.face)\", "
                    + "\"\(event.label.name)\", \"\", \"\", \(entry.frame)]")
        }
        try file.append("\n]}}\n}\n")
        return MediaInterval.warnings(dropped: dropped)
    }

    private static func members(_ values: [String]) -> String {
        values.enumerated().map { "\n\"\($0)\": \($1)" }.joined(separator: ",")
    }

    private static func subject(_ face: Int) -> String {
        "{\"key\": \"\", \"name\": \"face \(face)\", \"description\": \"\"}"
    }

    private static func behavior(_ label: EventLabel) -> String {
        let category = label.kind == "au" ? "action unit" : "expression"
        return
            "{\"type\": \"State event\", \"key\": \"\", \"code\": \"\(label.name)\", \"description\": \"\", "
            + "\"color\": \"\", \"category\": \"\(category)\", \"modifiers\": {}, \"excluded\": \"\", "
            + "\"coding map\": \"\"}"
    }

    /// Milliseconds as seconds.
    private static func decimal(_ milliseconds: Int64) -> String {
        let rest = "\(milliseconds % 1000)"
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
