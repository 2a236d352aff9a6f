/// Gives decoded frames their time. Pure: integers in, integers and seconds out.
struct FrameClock {
    let source: TimeSource
    /// Seconds in one unit of the time base.
    let unit: Double
    /// The number of frames whose time is not later than the one before.
    private(set) var jumps = 0

    private let frameDuration: Double
    /// The decoding timestamps that wait for their frames.
    private var decodingTimestamps: [Int64] = []
    private var origin: Int64?
    private var last: Double?
    private var count = 0

    /// - Parameters:
    ///   - rate: The nominal frame rate, for containers without any timestamps.
    init(source: TimeSource, unit: Double, rate: Double) {
        self.source = source
        self.unit = unit
        frameDuration = 1 / rate
    }

    /// Takes note of a packet that goes to the decoder and will come out as a frame.
    mutating func take(decodingTimestamp: Int64?) {
        guard source == .decodingTimestamps, let decodingTimestamp else { return }
        // Frames come out in order of presentation, one for each packet: the k-th gets the k-th timestamp.
        decodingTimestamps.append(decodingTimestamp)
    }

    /// The time of the next frame in seconds from the first, and its timestamp if the container gave one.
    mutating func time(presentationTimestamp: Int64?) -> (pts: Int64?, seconds: Double) {
        defer { count += 1 }
        let stamp: Int64?
        switch source {
        case .container: stamp = presentationTimestamp
        case .decodingTimestamps:
            stamp = decodingTimestamps.isEmpty ? nil : decodingTimestamps.removeFirst()
        case .frameRate: stamp = nil
        }
        let seconds: Double
        if let stamp {
            let origin = origin ?? stamp
            self.origin = origin
            seconds = Double(stamp - origin) * unit
        } else if source == .frameRate || last == nil {
            seconds = Double(count) * frameDuration
        } else {
            seconds = (last ?? 0) + frameDuration
        }
        if let last, seconds <= last { jumps += 1 }
        last = seconds
        return (source == .container ? stamp : nil, seconds)
    }
}
