/// When a recorded frame would have come from a camera: at its own time from the first one.
struct RealtimePace {
    private var start: Double?
    private var last = -Double.infinity

    /// The monotonic time at which the frame of second `timestamp` is due. Where the file's time jumps back the frame is due
    /// at once.
    mutating func due(_ timestamp: Double) -> Double {
        let now = MonotonicClock.now
        if start == nil || timestamp < last { start = now - timestamp }
        last = timestamp
        return (start ?? now) + timestamp
    }
}
