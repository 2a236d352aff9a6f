/// Where the baselines of a run's faces come from.
public enum BaselineSource: Sendable, Codable, Equatable {
    /// Each face's own readings in a part of the same input, in seconds from its first frame: from the first
    /// time up to, but not including, the second.
    case interval(from: Double, to: Double)
    /// One person's, learned before. It holds for every face of the run.
    case stored(StoredBaseline)

    /// The longest interval, in seconds: its rows are held in memory.
    public static let maximumInterval = 600.0

    /// The interval in microseconds, or nil if it is stored.
    ///
    /// - Throws: ``TimelineError/invalidOption(_:value:expected:)`` if it is none, or too long.
    func interval() throws(TimelineError) -> Range<Int64>? {
        guard case .interval(let start, let end) = self else { return nil }
        guard let from = fixedPoint(start, scale: Double(fixedPointOne)), from >= 0 else {
            throw .invalidOption("the baseline's start", value: start, expected: "seconds, 0 or more")
        }
        guard let to = fixedPoint(end, scale: Double(fixedPointOne)), to > from,
            end - start <= Self.maximumInterval
        else {
            throw .invalidOption(
                "the baseline's end", value: end,
                expected: "more than its start, \(start) s, by at most \(Int(Self.maximumInterval)) s")
        }
        return from..<to
    }
}

extension BaselineSource: CustomStringConvertible {
    /// The interval as `0-5 s`, or the stored baseline's origin.
    public var description: String {
        switch self {
        case .interval(let start, let end): "\(Self.text(start))-\(Self.text(end)) s"
        case .stored(let stored): "baseline of \(stored.input)"
        }
    }

    private static func text(_ seconds: Double) -> String {
        Int(exactly: seconds).map { "\($0)" } ?? "\(seconds)"
    }
}
