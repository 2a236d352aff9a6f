import MienTable
import MienTimeline

/// How a video is read. One value for a whole run; every default is what most people want.
public struct Configuration: Sendable, Codable, Equatable {
    /// Where to start, in seconds from the first frame; nil for the beginning.
    public var start: Double?
    /// How much to read, in seconds; nil for all that follows.
    public var duration: Double?
    /// Which of several video streams is read, counted from 0 without cover pictures; nil for the one players choose.
    public var videoStream: Int?
    /// One frame in `every` is encoded. The others are tracked and have a row, with status `skipped`.
    public var every = 1
    /// Which of a frame's faces are read.
    public var faces = FaceSelection.all
    /// The width of the smoothing window for expressions in seconds, 0 for none; nil for the model's.
    public var expressionWindow: Double?
    /// Whether the frames of ``expressionWindow`` vote instead of being averaged:
    /// ``SmoothingOptions/expressionVotes``. Without that window, the model says.
    public var expressionVotes = false
    /// The width of the smoothing window for action units in seconds, 0 for none; nil for the model's.
    public var actionUnitWindow: Double?
    /// Whether smoothing looks back only, as a live run must: a row then says nothing of what comes after it, and
    /// lags by half the window's width; the tracker looks back only, too. The windows are as wide as the centred ones unless given.
    public var isCausal = false
    /// The longest gap in a face's readings that smoothing reaches across, in seconds.
    public var gapMaximum = 0.5
    /// What action units are told relative to besides: ``FaceReading/relativeActionUnits``; nil for nothing. Rows
    /// are held back from the beginning of a ``BaselineSource/interval(from:to:)`` to its end.
    public var baseline: BaselineSource?
    /// What is measured of faces besides; nil for nothing.
    public var geometry: GeometryOptions?
    /// The number of crops encoded together; nil to let the model's size decide. Changes no result.
    public var batchSize: Int?

    /// The defaults.
    public init() {}

    /// The columns of a run's table after those of every table.
    public var columnGroups: ColumnGroups {
        var groups: ColumnGroups = .uncertainty
        if baseline != nil { groups.insert(.relative) }
        if let geometry {
            groups.insert(.geometry)
            if geometry.hasBlendshapes { groups.insert(.blendshapes) }
        }
        return groups
    }

    /// Checks the ranges.
    ///
    /// - Throws: ``MienError/configuration(_:)``, naming the field.
    func validate() throws(MienError) {
        func require(_ condition: Bool, _ message: String) throws(MienError) {
            guard condition else { throw .configuration(message) }
        }
        func isTime(_ value: Double?) -> Bool { value.map { $0.isFinite && $0 >= 0 } ?? true }
        try require(isTime(start), "start: expected 0 or more seconds")
        try require(isTime(duration) && duration != 0, "duration: expected more than 0 seconds")
        try require(videoStream ?? 0 >= 0, "videoStream: expected 0 or more")
        try require(every >= 1, "every: expected 1 or more")
        try require(isTime(expressionWindow), "expressionWindow: expected 0 or more seconds")
        try require(isTime(actionUnitWindow), "actionUnitWindow: expected 0 or more seconds")
        try require(isTime(gapMaximum), "gapMaximum: expected 0 or more seconds")
        try require(
            geometry?.focalLength.map { $0.isFinite && $0 > 0 } ?? true,
            "geometry: expected a focal length of more than 0 pixels")
        try require(batchSize.map { (1...4096).contains($0) } ?? true, "batchSize: expected 1 to 4096")
        if case .interval(let from, let to) = baseline {
            let longest = BaselineSource.maximumInterval
            try require(
                from.isFinite && to.isFinite && from >= 0 && to > from && to - from <= longest,
                "baseline: expected an interval from 0 s or later, up to \(Int(longest)) s long")
            let end = start.map { $0 + (duration ?? .infinity) } ?? duration ?? .infinity
            try require(
                to > start ?? 0 && from < end,
                "baseline: the interval \(from)-\(to) s lies outside the part that is read")
        }
        if case .largest(let count) = faces { try require(count >= 1, "faces: expected 1 or more") }
    }
}
