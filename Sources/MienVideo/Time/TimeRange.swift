/// The part of a video that is wanted: start <= timestamp < end.
///
/// Times are compared in whole microseconds, the precision of the table's timestamps, so that a time
/// copied from a table means the frame it was copied from, and parts that share a border share no frame.
package struct TimeRange: Equatable {
    private let start: Int64
    private let end: Int64
    /// The frames in a row, at or past the end, after which no more are expected to fall inside. Broken
    /// files have single frames with wild timestamps.
    static let patience = 32

    /// Throws if the numbers make no range.
    package init(start: Double?, duration: Double?) throws(VideoError) {
        if let start, !(start >= 0 && start < Self.limit) {
            throw .badRange("the start is \(start) s; expected a time from 0 s, the first frame, on")
        }
        if let duration, !(duration > 0) {
            throw .badRange("the duration is \(duration) s; expected more than 0 s")
        }
        self.start = start.map(Self.microseconds) ?? .min
        let last = (start ?? 0) + (duration ?? .infinity)
        end = last < Self.limit ? Self.microseconds(last) : .max
    }

    /// The start in seconds.
    var first: Double { Double(start) / 1e6 }

    package func contains(_ timestamp: Double) -> Bool {
        (start..<end).contains(Self.microseconds(timestamp))
    }

    package func isPast(_ timestamp: Double) -> Bool { Self.microseconds(timestamp) >= end }

    /// Whether the range begins after `timestamp`.
    package func begins(after timestamp: Double) -> Bool { start > Self.microseconds(timestamp) }

    private static let limit = 1e12
    private static func microseconds(_ seconds: Double) -> Int64 {
        Int64((min(max(seconds, -limit), limit) * 1e6).rounded())
    }
}
