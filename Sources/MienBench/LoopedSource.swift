import Mien
import MienVideo

/// A video played several times in a row, as if it were one long file: for measuring what does not grow.
package final class LoopedSource: FrameStream {
    private let open: () throws -> any FrameStream
    private var remaining: Int
    private var current: (any FrameStream)?
    private var earlierConversion = 0.0
    private var firstIndex = 0
    private var firstTimestamp = 0.0
    private var last: (index: Int, timestamp: Double, interval: Double)?

    /// - Parameter open: Opens the video anew for each of the `count` rounds.
    package init(count: Int, open: @escaping () throws -> any FrameStream) {
        self.open = open
        remaining = count
    }

    package var conversionSeconds: Double { earlierConversion + (current?.conversionSeconds ?? 0) }

    package func next() throws -> VideoFrame? {
        while true {
            if var frame = try current?.next() {
                frame.index += firstIndex
                frame.timestamp += firstTimestamp
                frame.pts = nil
                let interval = last.map { frame.timestamp - $0.timestamp } ?? 0
                last = (frame.index, frame.timestamp, interval > 0 ? interval : last?.interval ?? 0.04)
                return frame
            }
            guard remaining > 0 else { return nil }
            remaining -= 1
            if let last {
                firstIndex = last.index + 1
                firstTimestamp = last.timestamp + last.interval
            }
            earlierConversion = conversionSeconds
            current = try open()
        }
    }
}
