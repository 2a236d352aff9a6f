/// How probabilities are smoothed over time.
///
/// The defaults are the windows that served best on Aff-Wild2 in the ablations of its challenges, about 101
/// frames for expressions and 7 for action units at 30 frames/s, in seconds so that they hold at any rate.
public struct SmoothingOptions: Sendable, Codable, Equatable {
    /// The longest window, in seconds.
    public static let longestWindow = 3600.0

    /// How old a sample may be, in seconds, that ``holdsLast`` lets stand for an empty window: what the largest
    /// encoders take on a slow machine.
    public static let longestHold = 5.0

    /// The width of the expression window in seconds, 0...3600; 0 switches smoothing off, and the smoothed
    /// scores are then the raw ones.
    public var expressionSeconds = 3.4
    /// The width of the action unit window in seconds, 0...3600; 0 switches smoothing off.
    public var actionUnitSeconds = 0.23
    /// The longest time in seconds between two rows of a face across which it is smoothed. A face that is away
    /// for longer starts anew: what it showed before does not reach what it shows afterwards.
    ///
    /// Half a second bridges a blink of the tracker, a hand that passes the face, and video at three frames a
    /// second; slower video needs more.
    public var gapMaximum = 0.5
    /// Whether the windows end with the row instead of having it in the middle, so that no row waits for what
    /// comes after it.
    ///
    /// A causal mean shows what was: it lags behind the face by half the window's width, 1.7 s with the default
    /// of 3.4 s. The price of a shorter window is a noisier mean.
    public var isCausal = false
    /// Whether a row of a face without a sample in its window takes over the latest sample of its track, up to
    /// ``longestHold`` old, instead of having no smoothed scores. For a live run whose encoder comes round more
    /// rarely than the window is wide; only with causal windows.
    public var holdsLast = false

    /// Creates the default options.
    public init() {}

    /// Creates options.
    public init(
        expressionSeconds: Double = 3.4, actionUnitSeconds: Double = 0.23, gapMaximum: Double = 0.5,
        isCausal: Bool = false, holdsLast: Bool = false
    ) {
        self.expressionSeconds = expressionSeconds
        self.actionUnitSeconds = actionUnitSeconds
        self.gapMaximum = gapMaximum
        self.isCausal = isCausal
        self.holdsLast = holdsLast
    }

    func expressionWindow() throws(TimelineError) -> SmoothingWindow {
        try window("expressionSeconds", expressionSeconds)
    }

    func actionUnitWindow() throws(TimelineError) -> SmoothingWindow {
        try window("actionUnitSeconds", actionUnitSeconds)
    }

    /// ``gapMaximum`` in microseconds.
    func gap() throws(TimelineError) -> Int64 {
        guard gapMaximum >= 0, !gapMaximum.isNaN else {
            throw .invalidOption("gapMaximum", value: gapMaximum, expected: "seconds, 0 or more")
        }
        // Infinity, or anything beyond the range of timestamps, means that no gap is too long.
        return roundedQuanta(gapMaximum, scale: Double(quantaPerUnit)) ?? 1 << 53
    }

    /// How old a sample may be, in microseconds, to stand for a window without any; nil if none may.
    func holdMaximum() throws(TimelineError) -> Int64? {
        guard holdsLast else { return nil }
        guard isCausal else {
            throw .invalidOption("holdsLast", value: 1, expected: "0 (off) unless windows are causal")
        }
        return max(try gap(), Int64(Self.longestHold * Double(quantaPerUnit)))
    }

    private func window(_ name: String, _ seconds: Double) throws(TimelineError) -> SmoothingWindow {
        guard 0...Self.longestWindow ~= seconds,
            let microseconds = roundedQuanta(seconds, scale: Double(quantaPerUnit))
        else {
            throw .invalidOption(name, value: seconds, expected: "seconds from 0 (off) to 3600")
        }
        return isCausal ? .causal(microseconds: microseconds) : .centered(microseconds: microseconds)
    }
}
