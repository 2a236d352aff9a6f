import MienVideo

/// A live reader's frames and outages, numbered and timed as the rows of its table.
final class LiveSource: Source {
    private let reader: LiveReader
    private let duration: Double?
    private var frame: LiveFrame?
    /// What the row after the last frame would be.
    private var count = 0
    private var outages = 0
    private var lastTimestamp = 0.0
    private var lastCapture = 0.0
    /// The seconds of outages that the tracker does not see: no time in which faces are forgotten.
    private var hidden = 0.0
    private var isBack = false

    /// The part of an outage that the tracker sees, in seconds.
    private static let visibleOutage = 0.5

    /// - Parameter duration: The seconds after which the source ends, if it has not before.
    init(_ reader: LiveReader, duration: Double?) {
        self.reader = reader
        self.duration = duration
    }

    var conversionSeconds: Double { 0 }

    func next() throws -> SourceEvent? {
        while let event = try nextOfReader() {
            switch event {
            case .frame(let frame):
                if let duration, frame.timestamp >= duration { return nil }
                return .frame(header(of: frame))
            case .outage(let outage):
                // Between the last frame and the next, wherever the source's clock puts that.
                let timestamp = lastTimestamp + max(outage.at - lastCapture, 1e-6)
                outages += 1
                let header = FrameHeader(
                    number: count + outages, timestamp: timestamp, captured: outage.at)
                return .outage(header, reason: "\(outage.reason)")
            case .recovered:
                isBack = true
            }
        }
        return nil
    }

    func picture() throws -> VideoFrame {
        guard let frame else { preconditionFailure("a picture is asked for after its frame") }
        var picture = try frame.convert()
        picture.timestamp -= hidden
        return picture
    }

    private func nextOfReader() throws -> LiveEvent? {
        do { return try reader.next() } catch VideoError.cancelled { return nil }
    }

    private func header(of frame: LiveFrame) -> FrameHeader {
        if isBack {
            hidden += max(0, frame.timestamp - lastTimestamp - Self.visibleOutage)
            isBack = false
        }
        (lastTimestamp, lastCapture, count) = (frame.timestamp, frame.captured, frame.index + 1)
        self.frame = frame
        return FrameHeader(
            number: frame.index + 1 + outages, pts: frame.pts, timestamp: frame.timestamp,
            captured: frame.captured)
    }
}
