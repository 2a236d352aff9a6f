import MienTimeline

/// Subtitles (WebVTT): in every moment, what each face shows.
///
/// A cue lasts until something begins or ends. It has a line for each face that shows anything, with the face as
/// its speaker: `<v face 0>happiness AU06 AU12`.
struct WebVTT: EventFormat {
    func write(
        _ events: [TimelineEvent], to file: ExportFile, context: ExportContext
    ) throws(TimelineError) -> [String] {
        // Of what begins and ends in the same millisecond nothing can be seen.
        let shown = events.map {
            (context.mediaMilliseconds($0.start), context.mediaMilliseconds($0.end), $0)
        }
        .filter { $0.0 < $0.1 }
        var changes: [(time: Int64, isEnd: Bool, event: Int)] = []
        for (index, event) in shown.enumerated() {
            changes.append((event.0, false, index))
            changes.append((event.1, true, index))
        }
        changes.sort { ($0.time, $0.event) < ($1.time, $1.event) }

        try file.append("WEBVTT\n")
        var active: Set<Int> = []
        var cue: (start: Int64, text: String)?
        var position = 0
        while position < changes.count {
            let time = changes[position].time
            while position < changes.count, changes[position].time == time {
                let change = changes[position]
                if change.isEnd { active.remove(change.event) } else { active.insert(change.event) }
                position += 1
            }
            let text = Self.text(active.sorted().map { shown[$0].2 })
            // An interval that another of the same label follows at once changes nothing.
            guard text != cue?.text ?? "" else { continue }
            if let cue { try file.append(Self.block(cue.text, from: cue.start, to: time)) }
            cue = text.isEmpty ? nil : (time, text)
        }
        return []
    }

    /// A line for each face; the events are sorted by face and label.
    private static func text(_ events: [TimelineEvent]) -> String {
        var text = ""
        var last: TimelineEvent?
        for event in events where event.face != last?.face || event.label != last?.label {
            text += event.face == last?.face ? " " : (last == nil ? "" : "\n") + "<v face \(event.face)>"
            text += event.label.name
            last = event
        }
        return text
    }

    private static func block(_ text: String, from start: Int64, to end: Int64) -> String {
        "\n\(clock(start)) --> \(clock(end))\n\(text)\n"
    }

    /// Hours, minutes, seconds and milliseconds.
    private static func clock(_ milliseconds: Int64) -> String {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = milliseconds / 1000
        return padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
            + "." + padded(milliseconds % 1000, 3)
    }
}
