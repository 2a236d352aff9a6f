/// How probabilities are smoothed over time.
///
/// The defaults are the windows that served best on Aff-Wild2 in the ablations of its challenges, about 101
/// frames for expressions and 7 for action units at 30 frames/s, in seconds so that they hold at any rate.
public struct SmoothingOptions: Sendable, Codable, Equatable {
    /// The longest window, in seconds.
    public static let longestWindow = 3600.0

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
    public var isCausal = false

    /// Creates the default options.
    public init() {}

    /// Creates options.
    public init(
        expressionSeconds: Double = 3.4, actionUnitSeconds: Double = 0.23, gapMaximum: Double = 0.5,
        isCausal: Bool = false
    ) {
        self.expressionSeconds = expressionSeconds
        self.actionUnitSeconds = actionUnitSeconds
        self.gapMaximum = gapMaximum
        self.isCausal = isCausal
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

    private func window(_ name: String, _ seconds: Double) throws(TimelineError) -> SmoothingWindow {
        guard 0...Self.longestWindow ~= seconds,
            let microseconds = roundedQuanta(seconds, scale: Double(quantaPerUnit))
        else {
            throw .invalidOption(name, value: seconds, expected: "seconds from 0 (off) to 3600")
        }
        return isCausal ? .causal(microseconds: microseconds) : .centered(microseconds: microseconds)
    }
}
