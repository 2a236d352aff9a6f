import MienVideo

/// Frames from memory on their way to an engine.
final class FrameQueue: Source, Sendable {
    private let frames: Channel<Frame>
    // Used by the source stage only.
    private nonisolated(unsafe) var index = 0
    private nonisolated(unsafe) var origin: Double?
    private nonisolated(unsafe) var current: VideoFrame?

    init(capacity: Int) { frames = Channel(capacity: capacity) }

    /// Adds a frame, waiting for room. False when nobody will take it.
    func send(_ frame: Frame) -> Bool { frames.send(frame) }

    /// Says that no frame will follow, and why if that is a failure.
    func finish(throwing error: (any Error)? = nil) { frames.finish(throwing: error) }

    /// Says that nobody will take a frame any more.
    func cancel() { frames.cancel() }

    // MARK: Source

    var conversionSeconds: Double { 0 }

    func next() throws -> SourceEvent? {
        guard let frame = try frames.receive() else { return nil }
        let start = origin ?? frame.timestamp
        origin = start
        let timestamp = frame.timestamp - start
        current = VideoFrame(index: index, pts: nil, timestamp: timestamp, image: frame.image)
        index += 1
        return .frame(FrameHeader(number: index, timestamp: timestamp))
    }

    func picture() -> VideoFrame {
        guard let current else { preconditionFailure("a picture is asked for after its frame") }
        return current
    }
}
