import MienVideo

/// Pictures that have nothing to do with each other, each the first frame of its own table. The frame's index is the
/// picture's position in the list.
final class StillSource: Source {
    private let count: Int
    private let read: (Int) throws -> VideoFrame?
    private var position = 0
    private var frame: VideoFrame?

    /// - Parameter read: Reads the picture at a position; nil leaves it out.
    init(count: Int, read: @escaping (Int) throws -> VideoFrame?) {
        self.count = count
        self.read = read
    }

    var conversionSeconds: Double { 0 }

    func next() throws -> SourceEvent? {
        while position < count {
            defer { position += 1 }
            guard var frame = try read(position) else { continue }
            frame.index = position
            self.frame = frame
            return .frame(FrameHeader(number: 1, pts: frame.pts, timestamp: frame.timestamp))
        }
        return nil
    }

    func picture() -> VideoFrame {
        guard let frame else { preconditionFailure("a picture is asked for after its frame") }
        return frame
    }
}
