import MienTable
import MienTimeline

/// What exporters know besides the rows.
package struct ExportContext: Sendable {
    /// What the table's metadata say, if there are any.
    package var metadata: RunMetadata?
    /// The scores that are exported; nil for those that are usual for the format.
    package var scores: ExportScores?
    /// How scores become intervals.
    package var events = EventOptions()
    /// The absolute path of the media file, or its address; nil if it is not known.
    package var media: String?
    /// The name of the table, without its folder and ending.
    package var name: String
    /// What is put before the names of tables that Label Studio loads.
    package var tablePrefix = "/data/local-files/?d="

    /// Creates the context of a table called `name`.
    package init(name: String, metadata: RunMetadata? = nil) {
        self.name = name
        self.metadata = metadata
        if let first = metadata?.video?.firstFrame { firstFrame = first }
        if case .number(let gap)? = metadata?.options["gap-max"] { events.gapMaximum = gap }
        if case .integer(let gap)? = metadata?.options["gap-max"] { events.gapMaximum = Double(gap) }
        // JSON has no infinity.
        if case .text("inf")? = metadata?.options["gap-max"] { events.gapMaximum = .infinity }
    }

    /// The seconds from the start of the media file, as players count, to the first frame.
    package var firstFrame = 0.0

    /// The probability from which on an action unit counts as active, in the table's integers: the model's, or
    /// one half.
    func threshold(of unit: ActionUnit) -> Int32 {
        fixedPoint(ofProbability: metadata?.model.thresholds?[unit.name] ?? 0.5)
    }

    /// The labels whose intervals are exported.
    var labels: [EventLabel] {
        let weak = metadata?.model.weakUnits ?? []
        return events.labels ?? EventLabel.all.filter { !weak.contains($0.name) }
    }

    /// Milliseconds from the start of the media file, for microseconds from the first frame.
    func mediaMilliseconds(_ time: Int64) -> Int64 {
        let microseconds = max(0, time + (fixedPoint(firstFrame, scale: Double(fixedPointOne)) ?? 0))
        return (microseconds + 500) / 1000
    }
}

/// Which scores are exported.
package enum ExportScores: String, CaseIterable, Sendable {
    /// Those of each frame alone.
    case raw
    /// Those smoothed over time.
    case smoothed

    /// The expression probabilities of a row, in the table's integers.
    @inline(__always)
    func expression(_ reading: FaceReading) -> InlineArray<8, Int32>? {
        (self == .raw ? reading.expression : reading.smoothedExpression).flatMap { fixedPoint($0.values) }
    }

    /// The action unit probabilities of a row, in the table's integers.
    @inline(__always)
    func actionUnits(_ reading: FaceReading) -> InlineArray<12, Int32>? {
        (self == .raw ? reading.actionUnits : reading.smoothedActionUnits).flatMap { fixedPoint($0.values) }
    }
}
