/// How probabilities are smoothed over time.
///
/// Windows are in seconds, so that they hold at any frame rate. The defaults keep the moment at which an expression
/// sets in and take out flicker: docs/smoothing.md has what else was tried. What served best on Aff-Wild2 in the
/// ablations of its challenges, about 101 frames for expressions and 7 for action units at 30 frames/s, is a plain mean
/// over 3.4 s and the 0.23 s of the default.
public struct SmoothingOptions: Sendable, Codable, Equatable {
    /// The longest window, in seconds.
    public static let maximumWindow = 3600.0

    /// How old a sample may be, in seconds, that ``holdsLast`` lets stand for an empty window: what the largest
    /// encoders take on a slow machine.
    public static let maximumHold = 5.0

    /// The width of the expression window in seconds, 0...3600; 0 switches smoothing off, and the smoothed
    /// scores are then the raw ones.
    public var expressionSeconds = 0.6
    /// Whether the frames of the expression window vote, each for its most probable expression, and the smoothed scores
    /// are the mean of those that voted with the majority; else they are the mean of all.
    ///
    /// A vote changes on the frame on which a lasting change begins, and passes over what lasts less than half a window.
    public var expressionVotes = true
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
    /// A causal window shows what was: it lags behind the face by half its width, 0.3 s with the default of 0.6 s.
    public var isCausal = false
    /// Whether a row of a face without a sample in its window takes over the latest sample of its track, up to
    /// ``maximumHold`` old, instead of having no smoothed scores. For a live run whose encoder comes round more
    /// rarely than the window is wide; only with causal windows.
    public var holdsLast = false

    /// Creates the default options.
    public init() {}

    /// Creates options.
    public init(
        expressionSeconds: Double = 0.6, expressionVotes: Bool = true, actionUnitSeconds: Double = 0.23,
        gapMaximum: Double = 0.5, isCausal: Bool = false, holdsLast: Bool = false
    ) {
        self.expressionSeconds = expressionSeconds
        self.expressionVotes = expressionVotes
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
        return fixedPoint(gapMaximum, scale: Double(fixedPointOne)) ?? 1 << 53
    }

    /// How old a sample may be, in microseconds, to stand for a window without any; nil if none may.
    func holdMaximum() throws(TimelineError) -> Int64? {
        guard holdsLast else { return nil }
        guard isCausal else {
            throw .invalidOption("holdsLast", value: 1, expected: "0 (off) unless windows are causal")
        }
        return max(try gap(), Int64(Self.maximumHold * Double(fixedPointOne)))
    }

    private func window(_ name: String, _ seconds: Double) throws(TimelineError) -> SmoothingWindow {
        guard 0...Self.maximumWindow ~= seconds,
            let microseconds = fixedPoint(seconds, scale: Double(fixedPointOne))
        else {
            throw .invalidOption(name, value: seconds, expected: "seconds from 0 (off) to 3600")
        }
        return isCausal ? .causal(microseconds: microseconds) : .centered(microseconds: microseconds)
    }
}
