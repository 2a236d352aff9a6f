/// The mean of the samples inside a window that only moves forward.
///
/// The samples are integers, so the running sums are exact: a sample leaves nothing behind when it is taken out
/// again, however long the timeline. Each sample is added once and subtracted once, whatever the window's width.
struct BoxMean<let count: Int>: Sendable {
    private struct Sample: Sendable {
        let time: Int64
        let values: InlineArray<count, Int32>
    }

    /// The samples that a window may still reach, oldest first.
    private var samples = Queue<Sample>()
    /// How many of them, from the oldest, are in `sums`.
    private var inside = 0
    private var sums = InlineArray<count, Int64>(repeating: 0)
    /// The latest sample there has been.
    private var latest: Sample?

    /// Adds a sample that is later than all before it.
    mutating func append(_ values: InlineArray<count, Int32>, at time: Int64) {
        let sample = Sample(time: time, values: values)
        samples.append(sample)
        latest = sample
    }

    /// Adds a sample that may be earlier than others, as if it had been there in time for all windows to come.
    /// One whose time has a sample already is ignored.
    ///
    /// - Complexity: Linear in the number of samples a window reaches.
    mutating func insert(_ values: InlineArray<count, Int32>, at time: Int64) {
        var place = samples.count
        while place > 0, samples[place - 1].time > time { place -= 1 }
        if place > 0, samples[place - 1].time == time { return }
        let sample = Sample(time: time, values: values)
        if place < inside {
            for i in 0..<count { sums[i] &+= Int64(values[i]) }
            inside += 1
        }
        samples.insert(sample, at: place)
        if time > latest?.time ?? .min { latest = sample }
    }

    /// The mean of the samples in `window` as probabilities; if there are none, the latest sample unless it is
    /// earlier than `oldest`; else nil. Neither bound may be earlier than in the call before; samples before the
    /// window are forgotten.
    mutating func mean(
        of window: ClosedRange<Int64>, orLatestSince oldest: Int64? = nil
    ) -> InlineArray<count, Float>? {
        while inside < samples.count, samples[inside].time <= window.upperBound {
            let entering = samples[inside].values
            for i in 0..<count { sums[i] &+= Int64(entering[i]) }
            inside += 1
        }
        while inside > 0, samples[0].time < window.lowerBound {
            let leaving = samples.removeFirst().values
            for i in 0..<count { sums[i] &-= Int64(leaving[i]) }
            inside -= 1
        }
        guard inside > 0 else {
            guard let latest, let oldest, latest.time >= oldest else { return nil }
            return InlineArray { Float(Double(latest.values[$0]) / Double(quantaPerUnit)) }
        }
        let divisor = Double(inside) * Double(quantaPerUnit)
        return InlineArray { Float(Double(sums[$0]) / divisor) }
    }
}
