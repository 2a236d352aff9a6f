/// Gives the frames of a live source times that always rise, whatever its clocks do.
///
/// Within a connection the distance between frames is that of the source's timestamps. Between connections, and where the
/// source's clock jumps, it is that of the monotonic clock at capture, so that an outage is as long in the table as it
/// was. No clock is asked here.
package struct LiveClock {
    /// Whether frames cannot come faster than time goes by, so that timestamps that run ahead are a jump.
    private let isPaced: Bool
    private var last: (source: Double, captured: Double, timestamp: Double)?
    /// What is added to the source's time in this connection.
    private var offset = 0.0
    private var isConnected = false
    /// The least seconds between two frames: the table's precision.
    private static let step = 1e-6
    /// How far timestamps may run ahead of the time that has passed: sources send what they have buffered at once.
    static let lead = 30.0

    /// How often the source's clock jumped within a connection.
    package private(set) var jumps = 0

    package init(isPaced: Bool) { self.isPaced = isPaced }

    /// The next frame is of a new connection.
    package mutating func reconnect() { isConnected = false }

    /// The time in seconds of the next frame.
    ///
    /// - Parameter source: The source's time in seconds, from any origin.
    /// - Parameter captured: The monotonic time of capture, or of arrival, in seconds.
    package mutating func time(source: Double, captured: Double) -> Double {
        let timestamp = place(source: source, captured: captured)
        last = (source, captured, timestamp)
        isConnected = true
        return timestamp
    }

    private mutating func place(source: Double, captured: Double) -> Double {
        guard let last else {
            offset = -source
            return 0
        }
        let elapsed = captured - last.captured
        if isConnected {
            let advance = source - last.source
            let isAhead = isPaced && advance > elapsed + Self.lead
            if advance >= 0, !isAhead { return max(source + offset, last.timestamp + Self.step) }
            jumps += 1
        }
        let timestamp = last.timestamp + max(elapsed, Self.step)
        offset = timestamp - source
        return timestamp
    }
}
