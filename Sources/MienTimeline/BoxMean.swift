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

    /// Adds a sample that is later than all before it.
    mutating func append(_ values: InlineArray<count, Int32>, at time: Int64) {
        samples.append(Sample(time: time, values: values))
    }

    /// The mean of the samples in `window` as probabilities, or nil if there are none. Neither bound may be
    /// earlier than in the call before; samples before the window are forgotten.
    mutating func mean(of window: ClosedRange<Int64>) -> InlineArray<count, Float>? {
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
        guard inside > 0 else { return nil }
        let divisor = Double(inside) * Double(quantaPerUnit)
        return InlineArray { Float(Double(sums[$0]) / divisor) }
    }
}
