import MienTable
import MienTimeline

/// Intervals as comma-separated values, sorted by face, label and start.
///
/// `start` and `end` are seconds from the first frame, as `timestamp` in the table is.
struct EventTable: EventFormat {
    func write(
        _ events: [TimelineEvent], to file: ExportFile, context: ExportContext
    ) throws(TimelineError) -> [String] {
        try file.append("face_id,kind,label,start,end,duration,first_frame,last_frame,readings,peak,mean\n")
        let comma = UInt8(ascii: ",")
        for event in events {
            try file.append(atMost: 512) { span, end in
                span.put(Int64(event.face), at: &end)
                span.put(byte: comma, at: &end)
                span.put(event.label.kind, at: &end)
                span.put(byte: comma, at: &end)
                span.put(event.label.name, at: &end)
                for time in [event.start, event.end, event.end - event.start] {
                    span.put(byte: comma, at: &end)
                    span.put(fixedPoint: time, decimals: RowFormat.timestampDecimals, at: &end)
                }
                for count in [event.firstFrame, event.lastFrame, event.samples] {
                    span.put(byte: comma, at: &end)
                    span.put(Int64(count), at: &end)
                }
                for score in [event.peak, event.mean] {
                    span.put(byte: comma, at: &end)
                    span.put(fixedPoint: Int64(score), decimals: RowFormat.probabilityDecimals, at: &end)
                }
                span.put(byte: UInt8(ascii: "\n"), at: &end)
            }
        }
        return []
    }
}
