import MienCore

/// Smooths the probabilities of each face over time, while the rows stream through.
///
/// Rows go in and come out in the order of (frame, face). A row comes out as soon as no later row can change
/// it: with the centred windows of the default, when a frame beyond its window has arrived; with causal ones,
/// at once. Rows wait only for that, and so do the samples their windows reach back to.
///
/// ```swift
/// var smoother = try TimelineSmoother(options: SmoothingOptions())
/// for reading in readings { try smoother.push(reading) { row throws(TimelineError) in try table.write(row) } }
/// try smoother.finish { row throws(TimelineError) in try table.write(row) }
/// ```
///
/// The smoothed scores of a row are the mean of the raw scores of the same face whose timestamps lie inside the
/// window; of expressions, with ``SmoothingOptions/expressionVotes``, of those among them whose most probable
/// expression is the most frequent. At the ends of a track the window holds fewer samples, and the mean is of those.
///
/// - Faces that were seen but not encoded (`skipped`, `dropped`) have no raw scores and give none to the mean,
///   but get smoothed ones from the encoded rows around them, if there are any inside the window; with
///   ``SmoothingOptions/holdsLast`` else from the latest encoded row.
/// - The scores of `held` rows count at the rows' own times: the face is known to look the same.
/// - Rows without a face and decode errors neither give nor get scores.
/// - A window never reaches across a gap longer than ``SmoothingOptions/gapMaximum`` in the rows of its face,
///   nor across a frame whose timestamp is not later than the frame's before: there a new time line begins, as
///   where two recordings were joined. A timestamp that is not a number stands alone.
/// - A set of scores with a value that is not a probability counts as missing.
///
/// Means are computed on raw scores and timestamps rounded to six decimals, as tables print them, with exact
/// sums. So smoothing what was read back from a table gives the very columns of the run that wrote it, unless
/// scores came late to that run: ``addLate(_:)``.
///
/// - Complexity: constant time per row on average, whatever the windows.
public struct TimelineSmoother: Sendable {
    /// A row on its way through.
    private struct Pending: Sendable {
        var reading: FaceReading
        let time: Int64
        let epoch: Int
        /// The track it belongs to, or nil if it takes no part in smoothing.
        let track: Int?
    }

    /// An uninterrupted appearance of one face.
    private struct Track: Sendable {
        var expression: BoxMean<8>
        var actionUnits = BoxMean<12>()
        /// The frame it begins in.
        let firstFrame: Int
        var lastSeen: Int64
        /// The waiting rows that belong to it.
        var pendingRows = 0
        /// Whether the face may still add rows.
        var isOpen = true

        init(votes: Bool, firstFrame: Int, at time: Int64) {
            expression = BoxMean(votes: votes)
            self.firstFrame = firstFrame
            lastSeen = time
        }
    }

    private let expressionWindow: SmoothingWindow
    private let expressionVotes: Bool
    private let actionUnitWindow: SmoothingWindow
    private let gapMaximum: Int64
    /// How old a sample may be to stand for an empty window; nil if none may.
    private let holdMaximum: Int64?
    private var order = RowOrder()

    private var pending = Queue<Pending>()
    private var tracks: [Track] = []
    private var freeTracks: [Int] = []
    /// The open track of each face.
    private var openTracks: [Int: Int] = [:]

    /// The time of the latest frame in microseconds; nil before the first, and where it had none.
    private var clock: Int64?
    /// Counts the time lines: how often the clock has been set back.
    private var epoch = 0

    /// Creates a smoother for one timeline.
    ///
    /// - Throws: ``TimelineError/invalidOption(_:value:expected:)`` if a width or the gap is out of range.
    public init(options: SmoothingOptions = SmoothingOptions()) throws(TimelineError) {
        expressionWindow = try options.expressionWindow()
        expressionVotes = options.expressionVotes
        actionUnitWindow = try options.actionUnitWindow()
        gapMaximum = try options.gap()
        holdMaximum = try options.holdMaximum()
    }

    /// How many tracks there is room for, used or not.
    package var trackSlots: Int { tracks.count }

    /// The number of rows that wait for their windows to be complete.
    public var pendingRows: Int { pending.count }

    /// Takes the next row and hands on those that are finished by it.
    ///
    /// Rows must come in ascending order of (frame, face), a frame without a face as a single row. All rows of
    /// a frame have the timestamp of its first. Smoothed scores that the row already has are replaced.
    public mutating func push<Failure: Error>(
        _ reading: FaceReading, emit: (FaceReading) throws(Failure) -> Void
    ) throws(Failure) {
        if reading.frame != order.frame {
            startFrame(at: fixedPoint(reading.timestamp, scale: Double(fixedPointOne)))
        }
        order.admit(frame: reading.frame, faceID: reading.faceID)
        hold(reading)
        while let oldest = pending.first, isComplete(oldest) {
            try emit(takeOldest())
        }
    }

    /// Takes a row again, now with the scores that were not ready when it was pushed: a live run gave it out as
    /// `dropped` to keep its bound on latency, and the encoder finished afterwards. Rows that come out from now
    /// on are smoothed as if the row had had the scores; those that are out stay as they are.
    ///
    /// - Parameter reading: The row that was pushed, with scores. Only its frame, face, time and scores count.
    /// - Returns: Whether they were taken: not if the face has been away or the clock been set back since, so
    ///   that its track has ended. Scores of a time that has some already are ignored.
    @discardableResult
    public mutating func addLate(_ reading: FaceReading) -> Bool {
        guard let slot = reading.faceID.flatMap({ openTracks[$0] }), let clock,
            tracks[slot].firstFrame...order.frame ~= reading.frame,
            let time = fixedPoint(reading.timestamp, scale: Double(fixedPointOne)), time <= clock
        else { return false }
        if let fixed = reading.expression.flatMap({ fixedPoint($0.values) }) {
            tracks[slot].expression.insert(fixed, at: time)
        }
        if let fixed = reading.actionUnits.flatMap({ fixedPoint($0.values) }) {
            tracks[slot].actionUnits.insert(fixed, at: time)
        }
        return true
    }

    /// Hands on all rows that still wait: the timeline ends here.
    public mutating func finish<Failure: Error>(
        emit: (FaceReading) throws(Failure) -> Void
    ) throws(Failure) {
        closeTracks(lastSeenBefore: .max)
        while !pending.isEmpty {
            try emit(takeOldest())
        }
    }

    private mutating func startFrame(at time: Int64?) {
        if let time, let clock, time > clock {
            closeTracks(lastSeenBefore: time - gapMaximum)
        } else {
            closeTracks(lastSeenBefore: .max)
            epoch += 1
        }
        clock = time
    }

    private mutating func hold(_ reading: FaceReading) {
        let time = clock ?? 0
        var slot: Int?
        if let face = reading.faceID, reading.status.continuesTrack {
            let open = openTracks[face] ?? openTrack(of: face, at: time)
            if let fixed = reading.expression.flatMap({ fixedPoint($0.values) }) {
                tracks[open].expression.append(fixed, at: time)
            }
            if let fixed = reading.actionUnits.flatMap({ fixedPoint($0.values) }) {
                tracks[open].actionUnits.append(fixed, at: time)
            }
            tracks[open].lastSeen = time
            tracks[open].pendingRows += 1
            slot = open
        }
        pending.append(Pending(reading: reading, time: time, epoch: epoch, track: slot))
    }

    private func isComplete(_ row: Pending) -> Bool {
        guard row.epoch == epoch, let clock else { return true }
        return expressionWindow.isComplete(row.time, now: clock)
            && actionUnitWindow.isComplete(row.time, now: clock)
    }

    private mutating func takeOldest() -> FaceReading {
        let row = pending.removeFirst()
        var reading = row.reading
        reading.smoothedExpression = nil
        reading.smoothedActionUnits = nil
        guard let slot = row.track else { return reading }
        let oldest = holdMaximum.map { row.time - $0 }
        reading.smoothedExpression = tracks[slot].expression
            .mean(of: expressionWindow.around(row.time), orLatestSince: oldest)
            .map(ExpressionScores.init(values:))
        reading.smoothedActionUnits = tracks[slot].actionUnits
            .mean(of: actionUnitWindow.around(row.time), orLatestSince: oldest)
            .map(ActionUnitScores.init(values:))
        tracks[slot].pendingRows -= 1
        freeIfDone(slot)
        return reading
    }

    private mutating func openTrack(of face: Int, at time: Int64) -> Int {
        let track = Track(votes: expressionVotes, firstFrame: order.frame, at: time)
        let slot: Int
        if let free = freeTracks.popLast() {
            tracks[free] = track
            slot = free
        } else {
            slot = tracks.count
            tracks.append(track)
        }
        openTracks[face] = slot
        return slot
    }

    private mutating func closeTracks(lastSeenBefore limit: Int64) {
        guard openTracks.contains(where: { tracks[$0.value].lastSeen < limit }) else { return }
        for (face, slot) in openTracks where tracks[slot].lastSeen < limit {
            openTracks[face] = nil
            tracks[slot].isOpen = false
            freeIfDone(slot)
        }
    }

    private mutating func freeIfDone(_ slot: Int) {
        guard !tracks[slot].isOpen, tracks[slot].pendingRows == 0 else { return }
        freeTracks.append(slot)
    }
}
