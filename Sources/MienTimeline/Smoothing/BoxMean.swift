import MienCore

/// The mean of the samples inside a window that only moves forward: of all of them, or of those alone whose largest
/// value is where most samples of the window have theirs.
///
/// The second is a majority vote. A mean of all begins to change half a window before what it shows does, and where
/// that is strong, crosses over early; a vote turns on the very sample from which on the new one is the largest.
///
/// The samples are integers, so the running sums are exact: a sample leaves nothing behind when it is taken out
/// again, however long the timeline. Each sample is added once and subtracted once, whatever the window's width.
struct BoxMean<let count: Int>: Sendable {
    private struct Sample: Sendable {
        let time: Int64
        let values: InlineArray<count, Int32>
        /// The index of the largest value, if samples vote; else 0.
        let group: Int
    }

    private let votes: Bool

    /// The samples that a window may still reach, oldest first.
    private var samples = Queue<Sample>()
    /// How many of them, from the oldest, are in `groups`.
    private var inside = 0
    private var groups = InlineArray<8, Group>(repeating: Group())
    /// The latest sample there has been.
    private var latest: Sample?

    /// The samples inside that agree.
    private struct Group: Sendable {
        var samples = 0
        var sums = InlineArray<count, Int64>(repeating: 0)

        mutating func add(_ sample: Sample) {
            samples += 1
            for i in 0..<count { sums[i] &+= Int64(sample.values[i]) }
        }

        mutating func remove(_ sample: Sample) {
            samples -= 1
            for i in 0..<count { sums[i] &-= Int64(sample.values[i]) }
        }
    }

    /// - Parameter votes: Whether the mean is that of the majority; for no more than eight values.
    init(votes: Bool = false) {
        precondition(count <= 8 || !votes, "there are eight groups")
        self.votes = votes
    }

    /// Adds a sample that is later than all before it.
    mutating func append(_ values: InlineArray<count, Int32>, at time: Int64) {
        let sample = sample(values, at: time)
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
        let sample = sample(values, at: time)
        if place < inside {
            groups[sample.group].add(sample)
            inside += 1
        }
        samples.insert(sample, at: place)
        if time > latest?.time ?? .min { latest = sample }
    }

    /// The mean of `window` as probabilities; if there are none, the latest sample unless it is
    /// earlier than `oldest`; else nil. Neither bound may be earlier than in the call before; samples before the
    /// window are forgotten.
    mutating func mean(
        of window: ClosedRange<Int64>, orLatestSince oldest: Int64? = nil
    ) -> InlineArray<count, Float>? {
        while inside < samples.count, samples[inside].time <= window.upperBound {
            groups[samples[inside].group].add(samples[inside])
            inside += 1
        }
        while inside > 0, samples[0].time < window.lowerBound {
            let leaving = samples.removeFirst()
            groups[leaving.group].remove(leaving)
            inside -= 1
        }
        guard inside > 0 else {
            guard let latest, let oldest, latest.time >= oldest else { return nil }
            return InlineArray { Float(Double(latest.values[$0]) / Double(fixedPointOne)) }
        }
        let winner = majority
        let divisor = Double(groups[winner].samples) * Double(fixedPointOne)
        return InlineArray { Float(Double(groups[winner].sums[$0]) / divisor) }
    }

    /// The group with the most samples; of equals the one with the larger sum of what it voted for, then the first.
    private var majority: Int {
        guard votes else { return 0 }
        var winner = 0
        for group in 1..<count
        where (groups[group].samples, groups[group].sums[group])
            > (groups[winner].samples, groups[winner].sums[winner])
        {
            winner = group
        }
        return winner
    }

    private func sample(_ values: InlineArray<count, Int32>, at time: Int64) -> Sample {
        Sample(time: time, values: values, group: votes ? firstMaximum(values) : 0)
    }
}
