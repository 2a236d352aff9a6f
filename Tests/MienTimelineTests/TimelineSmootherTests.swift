import MienTimeline
import TestSupport
import Testing

/// The definition of smoothing, row by row over the whole timeline, in O(n^2).
private struct Reference {
    let rows: [FaceReading]
    let options: SmoothingOptions
    /// Microseconds; nil where the timestamp is no number.
    let times: [Int64?]
    /// The uninterrupted appearance of a face that each row belongs to.
    let segments: [Int?]

    private static let present: [FrameStatus] = [.ok, .held, .skipped, .dropped]

    init(_ rows: [FaceReading], _ options: SmoothingOptions) {
        self.rows = rows
        self.options = options
        var times: [Int64?] = []
        var epochs: [Int] = []
        for (i, row) in rows.enumerated() {
            if i > 0, rows[i - 1].frame == row.frame {
                times.append(times[i - 1])
                epochs.append(epochs[i - 1])
            } else {
                let time = row.timestamp.isFinite ? Int64((row.timestamp * 1e6).rounded()) : nil
                let goesOn = i > 0 && time != nil && times[i - 1] != nil && time! > times[i - 1]!
                times.append(time)
                epochs.append(goesOn ? epochs[i - 1] : i)
            }
        }
        var segments: [Int?] = []
        for (i, row) in rows.enumerated() {
            guard let face = row.faceID, Self.present.contains(row.status) else {
                segments.append(nil)
                continue
            }
            let last = rows[..<i].indices.last {
                rows[$0].faceID == face && Self.present.contains(rows[$0].status)
            }
            if let last, epochs[last] == epochs[i], let now = times[i], let then = times[last],
                Double(now - then) <= (options.gapMaximum * 1e6).rounded()
            {
                segments.append(segments[last])
            } else {
                segments.append(i)
            }
        }
        self.times = times
        self.segments = segments
    }

    /// - Parameter isKnown: Whether the scores of a row are known when those of `row` are smoothed.
    func mean<let n: Int>(
        _ row: Int, seconds: Double, votes: Bool = false, isKnown: (Int) -> Bool = { _ in true },
        _ scores: (FaceReading) -> InlineArray<n, Float>?
    ) -> [Float]? {
        guard let segment = segments[row] else { return nil }
        let width = Int64((seconds * 1e6).rounded())
        var samples: [[Int64]] = []
        var last: [Float]?
        for other in rows.indices where segments[other] == segment && isKnown(other) {
            let offset = (times[other] ?? 0) - (times[row] ?? 0)
            let inside =
                options.isCausal
                ? offset == 0 || (offset < 0 && -offset < width) : offset == 0 || 2 * abs(offset) < width
            guard let values = scores(rows[other]) else { continue }
            if values.indices.contains(where: { !(0...1).contains(values[$0]) }) { continue }
            let fixed = values.indices.map {
                Int64((Double(values[$0]) * 1e6).rounded(.toNearestOrEven))
            }
            let hold = max(options.gapMaximum, SmoothingOptions.maximumHold) * 1e6
            if options.holdsLast, offset <= 0, Double(-offset) <= hold.rounded() {
                last = fixed.map { Float(Double($0) / 1e6) }
            }
            guard inside else { continue }
            samples.append(fixed)
        }
        if votes {
            let parties = Dictionary(grouping: samples) { $0.firstIndex(of: $0.max()!)! }
            func strength(_ label: Int) -> (Int, Int64, Int) {
                (parties[label]!.count, parties[label]!.reduce(0) { $0 + $1[label] }, -label)
            }
            samples = parties.keys.max { strength($0) < strength($1) }.map { parties[$0]! } ?? []
        }
        guard !samples.isEmpty else { return last }
        return (0..<n).map { i in
            Float(Double(samples.reduce(0) { $0 + $1[i] }) / Double(samples.count * 1_000_000))
        }
    }
}

@Suite struct TimelineSmootherTests {
    @Test(arguments: 1...20)
    func equalsTheDefinition(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let rows = random.timeline(
            frames: 400, faces: 1 + seed % 4, rate: [24, 30, 60][seed % 3],
            every: [1, 1, seed > 12 ? 20 : 4][seed % 3])
        let options = SmoothingOptions(
            expressionSeconds: [3.4, 0.7, 0, 20][seed % 4], expressionVotes: seed % 5 < 3,
            actionUnitSeconds: [0.23, 0, 1.5][seed % 3],
            gapMaximum: [0.5, 0.05, .infinity, 0][seed / 3 % 4], isCausal: seed > 8, holdsLast: seed > 12)
        let reference = Reference(rows, options)
        let smoothed = try smooth(rows, options)
        #expect(smoothed.count == rows.count)
        for (i, row) in smoothed.enumerated() {
            #expect(row.frame == rows[i].frame && row.faceID == rows[i].faceID)
            let expression = reference.mean(
                i, seconds: options.expressionSeconds, votes: options.expressionVotes
            ) { $0.expression?.values }
            let units = reference.mean(i, seconds: options.actionUnitSeconds) { $0.actionUnits?.values }
            try #require(row.smoothedExpression == expression.map { ExpressionScores($0) }, "row \(i)")
            try #require(row.smoothedActionUnits == units.map { ActionUnitScores($0) }, "row \(i)")
        }
    }

    /// A live run that gives rows out before their scores are there.
    @Test(arguments: 1...8)
    func scoresThatComeLateCountFromThenOn(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let rows = random.timeline(frames: 300, faces: 1 + seed % 3)
        // A late row's scores come after that of the row at this position has been pushed.
        let arrivals = rows.indices.map { row in
            rows[row].status == .ok && random.chance(0.4)
                ? row + Int.random(in: 0...(seed % 2 == 0 ? 8 : 60), using: &random) : nil
        }
        let options = SmoothingOptions(
            expressionSeconds: 0.7, expressionVotes: seed % 4 > 1, actionUnitSeconds: 0.1, isCausal: true,
            holdsLast: seed > 4)
        let reference = Reference(rows, options)
        var smoother = try TimelineSmoother(options: options)
        var refused = 0
        for (i, row) in rows.enumerated() {
            var pushed = row
            if arrivals[i] != nil {
                (pushed.status, pushed.expression, pushed.actionUnits) = (.dropped, nil, nil)
            }
            var emitted: FaceReading?
            smoother.push(pushed) { emitted = $0 }
            let isKnown = { (other: Int) in (arrivals[other] ?? -1) < i }
            let expression = reference.mean(
                i, seconds: options.expressionSeconds, votes: options.expressionVotes, isKnown: isKnown
            ) { $0.expression?.values }
            let units = reference.mean(i, seconds: options.actionUnitSeconds, isKnown: isKnown) {
                $0.actionUnits?.values
            }
            try #require(emitted?.smoothedExpression == expression.map { ExpressionScores($0) }, "row \(i)")
            try #require(emitted?.smoothedActionUnits == units.map { ActionUnitScores($0) }, "row \(i)")
            for late in rows.indices where arrivals[late] == i {
                var reading = rows[late]
                // All rows of a frame have the time of its first.
                reading.timestamp = rows.first { $0.frame == reading.frame }!.timestamp
                refused += smoother.addLate(reading) ? 0 : 1
            }
        }
        // Only those whose track had ended.
        #expect(refused < arrivals.count { $0 != nil } / 2)
    }

    @Test func scoresOfAnotherTrackOrTimeAreRefused() throws {
        var smoother = try TimelineSmoother(options: SmoothingOptions(isCausal: true))
        let scores = ExpressionScores(repeating: 0.5)
        func row(
            _ frame: Int, _ time: Double, face: Int = 0, _ scores: ExpressionScores? = nil
        ) -> FaceReading {
            FaceReading(frame: frame, faceID: face, timestamp: time, status: .dropped, expression: scores)
        }
        // The macro cannot call what mutates.
        func isTaken(_ reading: FaceReading) -> Bool { smoother.addLate(reading) }
        #expect(!isTaken(row(1, 0, scores)))
        smoother.push(row(1, 0)) { _ in }
        smoother.push(row(2, 0.1)) { _ in }
        for stranger in [
            row(2, 0.1, face: 1, scores), row(3, 0.1, scores), row(2, 0.2, scores), row(2, .nan, scores),
        ] {
            #expect(!isTaken(stranger))
        }
        #expect(isTaken(row(1, 0, scores)))
        smoother.push(row(3, 0.2)) { #expect($0.smoothedExpression == scores && $0.status == .dropped) }
        // Away for longer than the gap: what comes late belongs to what was before.
        smoother.push(row(4, 2)) { #expect($0.smoothedExpression == nil) }
        #expect(!isTaken(row(3, 0.2, scores)))
        // So it does when the clock is set back, whatever the times.
        smoother.push(row(5, 1.9)) { _ in }
        smoother.push(row(6, 2.1)) { _ in }
        #expect(!isTaken(row(4, 2, scores)))
        // A time has one sample.
        #expect(isTaken(row(5, 1.9, scores)))
        smoother.addLate(row(5, 1.9, ExpressionScores(repeating: 0)))
        smoother.push(row(7, 2.2)) { #expect($0.smoothedExpression == scores) }
    }

    @Test func aRareSampleIsHeldForALimitedTime() throws {
        var options = SmoothingOptions(
            actionUnitSeconds: 0.1, gapMaximum: 1.5, isCausal: true, holdsLast: true)
        let rows = (0..<10).map { (i: Int) -> FaceReading in
            FaceReading(
                frame: i + 1, faceID: 0, timestamp: Double(i), status: i == 2 ? .ok : .dropped,
                actionUnits: i == 2 ? ActionUnitScores(repeating: 0.25) : nil)
        }
        let held = try smooth(rows, options)
        #expect(
            held.indices.filter { held[$0].smoothedActionUnits == ActionUnitScores(repeating: 0.25) } == [
                2, 3, 4, 5, 6, 7,
            ])
        #expect(held.map(\.status) == rows.map(\.status))
        options.holdsLast = false
        #expect(try smooth(rows, options).filter { $0.smoothedActionUnits != nil }.count == 1)
    }

    @Test func windowsCoverTheFramesOfTheAblations() throws {
        // 101 and 7 frames at 30 frames/s: an impulse spreads over exactly those.
        let rows = (0..<301).map { (i: Int) -> FaceReading in
            FaceReading(
                frame: i + 1, faceID: 0, timestamp: Double(i) / 30, status: .ok,
                expression: ExpressionScores(repeating: i == 150 ? 1 : 0),
                actionUnits: ActionUnitScores(repeating: i == 150 ? 1 : 0))
        }
        let smoothed = try smooth(rows, SmoothingOptions(expressionSeconds: 3.4, expressionVotes: false))
        #expect(smoothed.indices.filter { smoothed[$0].smoothedExpression![.fear] > 0 } == Array(100...200))
        #expect(smoothed.indices.filter { smoothed[$0].smoothedActionUnits![.au12] > 0 } == Array(147...153))
        #expect(smoothed[150].smoothedExpression![.fear] == Float(1.0 / 101))
    }

    @Test(arguments: [1, 2, 3]) func doesNotDependOnTheCut(seed: Int) throws {
        // Smoothing what was written and read back gives the table that was written.
        var random = Random(seed: UInt64(seed))
        let rows = random.timeline(frames: 600, faces: 3)
        let written = try table(smooth(rows))
        let again = try table(smooth(readings(written)))
        #expect(written == again)
    }

    @Test func rowsComeAsSoonAsTheyCan() throws {
        var smoother = try TimelineSmoother()
        var delays: [Double] = []
        for i in 0..<600 {
            let row = FaceReading(
                frame: i + 1, faceID: 0, timestamp: Double(i) / 30, status: .ok,
                expression: ExpressionScores(repeating: 0.125))
            smoother.push(row) { delays.append(row.timestamp - $0.timestamp) }
        }
        // The first frame that is more than 0.3 s later.
        #expect(delays.allSatisfy { 0.29...0.34 ~= $0 })
        var causal = try TimelineSmoother(options: SmoothingOptions(isCausal: true))
        var frames: [Int] = []
        causal.push(FaceReading(frame: 1, faceID: nil, timestamp: 0, status: .noFace)) {
            frames.append($0.frame)
        }
        causal.push(FaceReading(frame: 2, faceID: 5, timestamp: 1, status: .ok)) { frames.append($0.frame) }
        #expect(frames == [1, 2])
    }

    @Test func holdsNoMoreThanTheWindow() throws {
        // New faces all the time: neither rows nor tracks may pile up.
        var smoother = try TimelineSmoother()
        let scores = ExpressionScores(repeating: 0.125)
        var most = 0
        var bytesOut = 0
        for frame in 1...40_000 {
            for face in 0..<3 {
                let row = FaceReading(
                    frame: frame, faceID: frame / 20 * 3 + face, timestamp: Double(frame) / 60, status: .ok,
                    expression: scores)
                smoother.push(row) { _ in bytesOut += 1 }
                most = max(most, smoother.pendingRows)
            }
        }
        // 0.3 s of 180 rows/s, and the frame that completes the oldest.
        #expect(most <= 19 * 3)
        #expect(smoother.trackSlots <= 3 * (1 + 130 / 20 + 2))
        smoother.finish { _ in bytesOut += 1 }
        #expect(bytesOut == 120_000)
        #expect(smoother.pendingRows == 0)
    }

    @Test func errorsOfTheReceiverPassThrough() throws {
        var smoother = try TimelineSmoother(options: SmoothingOptions(isCausal: true))
        let row = FaceReading(frame: 1, faceID: 0, timestamp: 0, status: .ok)
        #expect(throws: TimelineError.exists(path: "a")) {
            try smoother.push(row) { _ throws(TimelineError) in throw .exists(path: "a") }
        }
    }

    @Test(arguments: [
        SmoothingOptions(expressionSeconds: -1), SmoothingOptions(expressionSeconds: .nan),
        SmoothingOptions(actionUnitSeconds: .infinity), SmoothingOptions(actionUnitSeconds: 3601),
        SmoothingOptions(gapMaximum: -0.1), SmoothingOptions(gapMaximum: .nan),
        SmoothingOptions(holdsLast: true),
    ])
    func refusesOptionsOutOfRange(options: SmoothingOptions) {
        #expect(throws: TimelineError.self) { try TimelineSmoother(options: options) }
    }

    @Test func refusesRowsOutOfOrder() async {
        await #expect(processExitsWith: .failure) {
            var smoother = try TimelineSmoother()
            smoother.push(FaceReading(frame: 1, faceID: 1, timestamp: 0, status: .ok)) { _ in }
            smoother.push(FaceReading(frame: 1, faceID: 0, timestamp: 0, status: .ok)) { _ in }
        }
    }
}

@Suite struct SmoothingWindowTests {
    @Test(
        arguments: [
            (0, 0, 0), (1, 0, 0), (2, 0, 1), (3, 1, 2), (230_000, 114_999, 229_999),
            (3_400_000, 1_699_999, 3_399_999),
        ] as [(Int64, Int64, Int64)])
    func leavesOutWhatIsHalfAWidthAway(width: Int64, reach: Int64, back: Int64) {
        let centered = SmoothingWindow.centered(microseconds: width)
        #expect(centered.around(10_000_000) == 10_000_000 - reach...10_000_000 + reach)
        #expect(
            SmoothingWindow.causal(microseconds: width).around(10_000_000) == 10_000_000 - back...10_000_000)
        #expect(reach == 0 || !centered.isComplete(5, now: 5 + reach))
        #expect(centered.isComplete(5, now: 6 + reach))
    }
}
