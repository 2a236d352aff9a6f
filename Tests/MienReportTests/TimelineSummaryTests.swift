import MienReport
import MienTable
import MienTimeline
import Testing

@Suite struct TimelineSummaryTests {
    private func summary(
        _ rows: [FaceReading], _ options: SummaryOptions = SummaryOptions()
    ) throws -> TimelineSummary {
        var summary = TimelineSummary(options: options)
        let reader = try TableReader(bytes: table(rows), name: "t")
        while let row = try reader.next() { _ = summary.add(row) }
        summary.finish()
        return summary
    }

    @Test func aReadingHoldsUntilTheNextFrame() throws {
        // 0.5 s of happiness, 1 s of surprise with AU 25; the last frame lasts as long as the one before it.
        let rows = (0..<15).map {
            reading($0 + 1, at: Double($0) / 10, $0 < 5 ? .happiness : .surprise, unit: $0 < 5 ? nil : .au25)
        }
        let face = try #require(try summary(rows).faces.first)
        let series = face.smoothed
        #expect(abs(series.expressionSeconds - 1.5) < 1e-9)
        #expect(abs((series.share(FacialExpression.happiness.rawValue) ?? 0) - 1 / 3) < 1e-9)
        #expect(series.share(FacialExpression.fear.rawValue) == 0)
        #expect(
            abs((series.mean(FacialExpression.happiness.rawValue) ?? 0) - (5 * 0.86 + 10 * 0.02) / 15) < 1e-6)
        let unit = series.activities[8 + ActionUnit.au25.index]
        #expect(abs(unit.seconds - 1) < 1e-9)
        #expect(unit.count == 1)
        #expect(abs(unit.longest - 1) < 1e-9)
        // Ten frames of 0.1 s are a second, whatever their sum in binary.
        #expect(
            series.events.map(\.label).sorted() == [
                FacialExpression.surprise.rawValue, 8 + ActionUnit.au25.index,
            ])
        #expect(series.events.allSatisfy { abs($0.start - 0.5) < 1e-9 && abs($0.end - 1.5) < 1e-6 })
        #expect(series.events.contains { $0.peak == 0.86 })
    }

    @Test func aFaceThatIsAwayShowsNothing() throws {
        // There for 0.4 s, away for a second, there for 0.4 s; a shorter absence does not end anything.
        let frames = (0..<60).filter { !(20..<45).contains($0) && !(50..<53).contains($0) }
        var rows: [FaceReading] = []
        for frame in 0..<60 {
            let time = Double(frame) / 25
            rows.append(
                frames.contains(frame)
                    ? reading(frame + 1, at: time) : reading(frame + 1, face: nil, at: time, status: .noFace))
        }
        let series = try #require(try summary(rows, SummaryOptions(minimumEvent: 0.1)).faces.first).raw
        #expect(series.activities[FacialExpression.happiness.rawValue].count == 2)
        #expect(abs(series.expressionSeconds - (20 + 15) / 25) < 1e-9)
        #expect(
            series.events.filter { $0.label == 4 }.map(\.seconds).map { ($0 * 25).rounded() } == [20, 15])
    }

    @Test func framesBetweenEncodedOnesBreakNothing() throws {
        var rows = (0..<50).map { reading($0 + 1, at: Double($0) / 25) }
        for i in rows.indices where i % 5 != 0 {
            rows[i].status = .skipped
            rows[i].expression = nil
            rows[i].actionUnits = nil
        }
        let face = try #require(try summary(rows).faces.first)
        #expect(face.raw.activities[4].count == 1)
        #expect(face.raw.expressionReadings == 10)
        #expect(abs(face.raw.expressionSeconds - 46 / 25) < 1e-9)
        #expect(abs(face.smoothed.expressionSeconds - 2) < 1e-9)
    }

    @Test func aSlowVideoIsContinuous() throws {
        let rows = (0..<6).map { reading($0 + 1, at: Double($0) * 2) }
        let series = try #require(try summary(rows).faces.first).raw
        #expect(series.activities[4].count == 1)
        #expect(series.expressionSeconds == 12)
    }

    @Test func aStillImageHasShares() throws {
        let series = try #require(try summary([reading(1, at: 0, .fear, unit: .au04)]).faces.first).raw
        #expect(series.expressionSeconds == 0)
        #expect(series.share(FacialExpression.fear.rawValue) == 1)
        #expect(series.share(8 + ActionUnit.au04.index) == 1)
        #expect(series.share(8) == 0)
        #expect(SeriesSummary().share(0) == nil)
        #expect(SeriesSummary().mean(12) == nil)
    }

    @Test func thresholdsAreInclusive() throws {
        var row = reading(1, at: 0)
        row.actionUnits?[.au06] = 0.3
        var options = SummaryOptions()
        options.thresholds[ActionUnit.au06.index] = 0.3
        #expect(
            try #require(try summary([row], options).faces.first).raw.share(8 + ActionUnit.au06.index) == 1)
        options.thresholds[ActionUnit.au06.index] = 0.301
        #expect(
            try #require(try summary([row], options).faces.first).raw.share(8 + ActionUnit.au06.index) == 0)
    }

    @Test func correctedLabelsCount() throws {
        let bytes = try table([reading(1, at: 0, .happiness), reading(2, at: 1, .happiness)])
        // The rows only: both are names of columns too.
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let rows = lines.dropFirst().map { $0.replacing(",happiness,", with: ",sadness,") }
        let corrected = ([lines[0]] + rows).joined(separator: "\n") + "\n"
        var summary = TimelineSummary(options: SummaryOptions())
        let reader = try TableReader(bytes: Array(corrected.utf8), name: "t")
        while let row = try reader.next() { _ = summary.add(row) }
        summary.finish()
        #expect(try #require(summary.faces.first).raw.share(FacialExpression.sadness.rawValue) == 1)
    }

    @Test func facesAreKeptApart() throws {
        let all = try summary(timeline(frames: 400, faces: 3))
        #expect(all.faces.map(\.id).sorted() == [0, 1, 2])
        #expect(
            all.faces.map(\.rows).reduce(0, +)
                == timeline(frames: 400, faces: 3).filter { $0.faceID != nil }.count)
        for face in all.faces {
            let shares = (0..<8).compactMap { face.smoothed.share($0) }
            #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
        }
    }
}
