import MienCore

/// An event on the clock of its media file, for programs in which those of one face and label must not overlap.
struct MediaInterval {
    /// Milliseconds from the start of the media file.
    let start: Int64
    let end: Int64
    let event: TimelineEvent

    /// The intervals of events that are sorted by face, label and start, and how many had no place: they overlap,
    /// which happens where timestamps jump back, or are shorter than a millisecond.
    static func intervals(
        _ events: [TimelineEvent], _ context: ExportContext
    ) -> (intervals: [MediaInterval], dropped: Int) {
        var intervals: [MediaInterval] = []
        for event in events {
            let interval = MediaInterval(
                start: context.mediaMilliseconds(event.start), end: context.mediaMilliseconds(event.end),
                event: event)
            let isFree =
                intervals.last.map {
                    $0.event.face != event.face || $0.event.label != event.label || $0.end <= interval.start
                } ?? true
            if isFree, interval.start < interval.end { intervals.append(interval) }
        }
        return (intervals, events.count - intervals.count)
    }

    static func warnings(dropped: Int) -> [String] {
        guard dropped > 0 else { return [] }
        return [
            "\(counted(dropped, "interval")) left out: timestamps jump back, and intervals would lie on top of others"
        ]
    }
}
