import MienTimeline

/// Turns rows into intervals: for every face and label, from where the score reaches a threshold until it is below
/// another.
///
/// Rows go in in the order of the table, intervals come out as they end, so in no order that means anything.
///
/// - An interval begins at the time of its first row and ends at that of the first frame that is not part of it.
/// - It reaches across frames without a reading of the face (out of sight, damaged) for no longer than
///   ``EventOptions/gapMaximum``, and never past the last frame that has the face unless the face comes back.
/// - Rows that are `skipped` have no raw scores, and what holds before them goes on.
/// - A frame that is not later than the one before begins a new time line and ends all intervals. Frames without
///   a time take no part.
/// - At the end of a time line the last frame lasts as long as the one before.
package struct EventExtractor: Sendable {
    private struct Face: Sendable {
        var detectors: [EventDetector]
        var lastTime: Int64
        var lastFrame: Int
        /// The end of what is known of the face.
        var coveredUntil: Int64
    }

    private let labels: [EventLabel]
    private let detectors: [EventDetector]
    private let scores: ExportScores
    private let minimumDuration: Int64
    private let minimumQuality: Float
    private let gapMaximum: Int64

    private var faces: [Int: Face] = [:]
    private var frame = Int.min
    /// The time of the latest frame in microseconds; nil before the first, and where it had none.
    private var clock: Int64?
    /// How long a frame lasts.
    private var step: Int64

    /// The context says the thresholds, the scores (smoothed unless it says) and the frame rate.
    package init(_ context: ExportContext) {
        labels = context.labels
        detectors = context.labels.map { label in
            let usual =
                if case .actionUnit(let unit) = label { context.threshold(of: unit) } else {
                    fixedPointOne / 2
                }
            return EventDetector(context.events.hysteresis(usual: usual))
        }
        scores = context.scores ?? .smoothed
        minimumQuality = Float(context.events.minimumQuality)
        let scale = Double(fixedPointOne)
        minimumDuration = fixedPoint(context.events.minimumDuration, scale: scale) ?? 0
        gapMaximum = fixedPoint(context.events.gapMaximum, scale: scale) ?? 1 << 53
        let rate = context.metadata?.video?.averageRate ?? 0
        step = (1...1000).contains(rate) ? Int64(scale / rate) : 40_000
    }

    /// Takes the next row, and hands on the intervals that it ends.
    package mutating func push<Failure: Error>(
        _ reading: FaceReading, emit: (TimelineEvent) throws(Failure) -> Void
    ) throws(Failure) {
        if reading.frame != frame {
            try startFrame(at: fixedPoint(reading.timestamp, scale: Double(fixedPointOne)), emit: emit)
            frame = reading.frame
        }
        guard let id = reading.faceID, let clock, reading.status.continuesTrack else { return }
        if let quality = reading.geometry?[.quality], quality < minimumQuality { return }
        var face =
            faces[id]
            ?? Face(detectors: detectors, lastTime: clock, lastFrame: frame, coveredUntil: clock)
        // Taken out, the array has one owner and is changed in place.
        faces[id] = nil
        let expression = scores.expression(reading)
        let units = scores.actionUnits(reading)
        for index in labels.indices {
            let score: Int32? =
                switch labels[index] {
                case .expression(let label): expression.map { $0[label.rawValue] }
                case .actionUnit(let unit): units.map { $0[unit.index] }
                }
            guard let score else { continue }
            if let run = face.detectors[index].push(score, at: clock, frame: frame) {
                try end(run, of: id, labels[index], at: face.coveredUntil, emit: emit)
            }
        }
        face.lastTime = clock
        face.lastFrame = frame
        faces[id] = face
    }

    /// Hands on the intervals that have not ended: the table ends here.
    package mutating func finish<Failure: Error>(
        emit: (TimelineEvent) throws(Failure) -> Void
    ) throws(Failure) {
        try endTimeLine(emit: emit)
    }

    private mutating func startFrame<Failure: Error>(
        at time: Int64?, emit: (TimelineEvent) throws(Failure) -> Void
    ) throws(Failure) {
        guard let time, let clock, time > clock else {
            try endTimeLine(emit: emit)
            clock = time
            return
        }
        let isGap = time - clock > gapMaximum
        for (id, var face) in faces {
            if face.lastFrame == frame {
                face.coveredUntil = isGap ? clock + min(step, gapMaximum) : time
                faces[id] = face
            }
            guard time - face.lastTime > gapMaximum else { continue }
            faces[id] = nil
            try close(&face, id, emit: emit)
        }
        if !isGap { step = time - clock }
        self.clock = time
    }

    private mutating func endTimeLine<Failure: Error>(
        emit: (TimelineEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let ending = faces
        faces = [:]
        for (id, var face) in ending {
            if face.lastFrame == frame { face.coveredUntil = face.lastTime + step }
            try close(&face, id, emit: emit)
        }
    }

    private func close<Failure: Error>(
        _ face: inout Face, _ id: Int, emit: (TimelineEvent) throws(Failure) -> Void
    ) throws(Failure) {
        for index in labels.indices {
            if let run = face.detectors[index].close() {
                try end(run, of: id, labels[index], at: face.coveredUntil, emit: emit)
            }
        }
    }

    private func end<Failure: Error>(
        _ run: EventDetector.Run, of face: Int, _ label: EventLabel, at time: Int64,
        emit: (TimelineEvent) throws(Failure) -> Void
    ) throws(Failure) {
        guard time - run.start >= max(minimumDuration, 1) else { return }
        try emit(
            TimelineEvent(
                face: face, label: label, start: run.start, end: time, firstFrame: run.firstFrame,
                lastFrame: run.lastFrame, samples: run.samples, peak: run.peak,
                mean: Int32((run.sum + Int64(run.samples / 2)) / Int64(run.samples))))
    }
}
