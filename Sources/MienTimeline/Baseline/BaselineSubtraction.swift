import MienCore

/// Tells the smoothed action units of each face relative to its ``Baseline``, while the rows stream through.
///
/// A stored baseline holds for every row. One that is learned from an interval of the same timeline is known
/// when the interval has ended: of a file, the rows from the interval's beginning on wait until then,
/// so that they have relative scores too, and come out in their order; a live run cannot wait, and its rows have
/// none before. Rows before the interval, and faces that it knows too little of, have none in either.
///
/// The interval ends with the first frame at or after its end, where the clock is set back, or where the
/// timeline ends. No more than ``BaselineSource/maximumInterval`` of rows wait.
package struct BaselineSubtraction: Sendable {
    /// The most rows of an interval, whatever their times: half a dozen faces for as long as it may be.
    private static let mostRows = 1 << 18

    /// The baseline of each face, once the interval has ended; empty with a stored one.
    package private(set) var baselines: [Int: Baseline] = [:]
    /// What the user should know about the baselines, a sentence each; complete after ``finish(emit:)``.
    package private(set) var warnings: [String] = []

    private let source: BaselineSource
    private let stored: Baseline?
    private let interval: Range<Int64>
    private let holdsBack: Bool

    private var learners: [Int: BaselineLearner] = [:]
    private var isLearning: Bool
    private var pending: [FaceReading] = []
    /// The number of rows since the interval began.
    private var rows = 0
    private var clock = Int64.min
    private var frame = 0
    private var hasFace = false
    private var hasCompany = false

    /// - Parameter holdsBack: Whether rows wait for the end of the interval they lie in.
    /// - Throws: ``TimelineError/invalidOption(_:value:expected:)`` if the interval is none.
    package init(_ source: BaselineSource, holdsBack: Bool) throws(TimelineError) {
        self.source = source
        self.holdsBack = holdsBack
        let interval = try source.interval()
        self.interval = interval ?? 0..<0
        isLearning = interval != nil
        if case .stored(let file) = source { stored = file.baseline } else { stored = nil }
    }

    /// The number of rows that wait for the interval's end.
    package var pendingRows: Int { pending.count }

    /// Takes the next smoothed row, and hands on those whose relative scores are known.
    package mutating func push<Failure: Error>(
        _ reading: FaceReading, emit: (FaceReading) throws(Failure) -> Void
    ) throws(Failure) {
        noteCompany(reading)
        guard isLearning else { return try emit(related(reading)) }
        let time = fixedPoint(reading.timestamp, scale: Double(fixedPointOne))
        if let time {
            let isOver = time >= interval.upperBound
            let reason = isOver ? nil : earlyEnd(at: time)
            if isOver || reason != nil {
                if let reason { note(reason) }
                try conclude(emit: emit)
                return try emit(related(reading))
            }
            clock = time
            if interval.contains(time), let face = reading.faceID {
                learners[face, default: BaselineLearner()].add(reading)
            }
        }
        if rows > 0 || time.map(interval.contains) ?? false { rows += 1 }
        if holdsBack, !pending.isEmpty || time.map(interval.contains) ?? false {
            pending.append(reading)
        } else {
            try emit(reading)
        }
    }

    /// Hands on all rows that still wait: the timeline ends here.
    package mutating func finish<Failure: Error>(
        emit: (FaceReading) throws(Failure) -> Void
    ) throws(Failure) {
        if isLearning {
            note(clock == .min ? "there are no frames" : "there is nothing after \(seconds(clock)) s")
            try conclude(emit: emit)
        }
        if stored != nil, hasCompany {
            warnings.append(
                "several faces at once, but the baseline (\(source)) is one person's and was taken for all of "
                    + "them; --faces largest reads one")
        }
    }

    /// Why the interval ends too early before a row at `time`, or nil if it does not.
    private func earlyEnd(at time: Int64) -> String? {
        if time < clock { return "the clock is set back after \(seconds(clock)) s" }
        return rows >= Self.mostRows ? "it has more than \(Self.mostRows) rows" : nil
    }

    private mutating func note(_ reason: String) {
        warnings.append("the baseline is learned from less than \(source): \(reason)")
    }

    private func seconds(_ time: Int64) -> Double { Double(time) / Double(fixedPointOne) }

    private func related(_ reading: FaceReading) -> FaceReading {
        var reading = reading
        let baseline = stored ?? reading.faceID.flatMap { baselines[$0] }
        reading.relativeActionUnits = reading.smoothedActionUnits.flatMap { baseline?.relative($0) }
        return reading
    }

    private mutating func conclude<Failure: Error>(
        emit: (FaceReading) throws(Failure) -> Void
    ) throws(Failure) {
        isLearning = false
        var unknown: [Int] = []
        for (face, learner) in learners.sorted(by: { $0.key < $1.key }) {
            guard let baseline = learner.baseline() else {
                unknown.append(face)
                continue
            }
            baselines[face] = baseline
            if let doubt = baseline.doubt { warnings.append("face \(face): in \(source) \(doubt)") }
        }
        learners = [:]
        if baselines.isEmpty {
            warnings.append(
                "no face has \(Baseline.fewestReadings) readings in \(source): there is no baseline, and the "
                    + "columns relative to it are empty")
        } else if !unknown.isEmpty {
            let list = unknown.prefix(8).map { "\($0)" }.joined(separator: ", ")
            warnings.append(
                "fewer than \(Baseline.fewestReadings) readings in \(source) of "
                    + "\(counted(unknown.count, "face")) (\(list)\(unknown.count > 8 ? ", ..." : "")): they have no baseline"
            )
        }
        let waiting = pending
        pending = []
        for row in waiting { try emit(related(row)) }
    }

    private mutating func noteCompany(_ reading: FaceReading) {
        if reading.frame == frame, hasFace, reading.faceID != nil { hasCompany = true }
        if reading.frame != frame { hasFace = false }
        frame = reading.frame
        hasFace = hasFace || reading.faceID != nil
    }
}

extension Baseline {
    /// What makes it doubtful that the face was at rest, or nil if nothing does.
    package var doubt: String? {
        guard let expression, let dominant = expression.dominant, dominant != .neutral else { return nil }
        let share = Int((expression[dominant] * 100).rounded())
        return "the model reads \(dominant.name) (\(share) %) rather than neutral; is the face at rest?"
    }
}
