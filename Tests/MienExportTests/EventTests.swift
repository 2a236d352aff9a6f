import MienExport
import MienTable
import MienTimeline
import TestSupport
import Testing

/// Rows of one face every 100 ms with these probabilities of AU12; nil is a frame without the face.
private func rows(_ scores: [Float?], face: Int = 0, from time: Double = 0) -> [FaceReading] {
    scores.enumerated().map { index, score in
        var row = FaceReading(
            frame: index + 1, faceID: score == nil ? nil : face, timestamp: time + Double(index) / 10,
            status: score == nil ? .noFace : .ok)
        if let score {
            var units = ActionUnitScores(repeating: 0)
            units[.au12] = score
            (row.actionUnits, row.smoothedActionUnits) = (units, units)
        }
        return row
    }
}

private func events(
    _ rows: [FaceReading], on: Double = 0.5, off: Double = 0.4, minimum: Double = 0, gap: Double = 0.35,
    change: (inout ExportContext) -> Void = { _ in }
) -> [TimelineEvent] {
    var context = ExportContext(name: "t")
    context.events.on = on
    context.events.off = off
    context.events.minimumDuration = minimum
    context.events.gapMaximum = gap
    change(&context)
    var extractor = EventExtractor(context)
    var events: [TimelineEvent] = []
    for row in rows { extractor.push(row) { events.append($0) } }
    extractor.finish { events.append($0) }
    return events
}

/// Start and end in tenths of a second.
private func tenths(_ events: [TimelineEvent]) -> [[Int64]] {
    events.map { [$0.start / 100_000, $0.end / 100_000] }
}

@Suite struct EventTests {
    @Test(
        arguments: [
            // Begins at the higher threshold, lasts to the lower one.
            ([0.1, 0.5, 0.45, 0.4, 0.39, 0.45], [[1, 4]]),
            // Once below, it takes the higher one again.
            ([0.6, 0.3, 0.45, 0.5], [[0, 1], [3, 4]]),
            // The last frame lasts as long as the one before.
            // A single one lasts 40 ms, which is no tenth.
            ([0.6], [[0, 0]]),
            ([0.6, 0.6], [[0, 2]]),
            // A short absence is bridged, whatever follows is known from there on.
            ([0.6, nil, nil, 0.6], [[0, 4]]),
            // If it is over when the face is back, it was over when the face was last seen.
            ([0.6, nil, nil, 0.1], [[0, 1]]),
            // A long one ends it where the face was last seen.
            ([0.6, 0.6, nil, nil, nil, nil, 0.6, 0.6], [[0, 2], [6, 8]]),
            // At the end too.
            ([0.6, 0.6, nil, nil], [[0, 2]]),
            ([0.1, 0.2], []),
            ([], []),
        ] as [([Float?], [[Int64]])])
    func hysteresisAndGaps(scores: [Float?], expected: [[Int64]]) {
        #expect(tenths(events(rows(scores))) == expected)
    }

    @Test func shortIntervalsAreLeftOut() {
        let scores: [Float?] = [0.6, 0.1, 0.6, 0.6, 0.1, 0.6, 0.6, 0.6, 0.1]
        #expect(tenths(events(rows(scores), minimum: 0.2)) == [[2, 4], [5, 8]])
        #expect(tenths(events(rows(scores), minimum: 0.21)) == [[5, 8]])
    }

    @Test func eventsCountAndAverage() throws {
        let event = try #require(events(rows([0.1, 0.5, 0.75, 1, 0.1])).first)
        #expect(event.firstFrame == 2 && event.lastFrame == 4 && event.samples == 3)
        #expect(event.peak == 1_000_000 && event.mean == 750_000)
        #expect(event.label == .actionUnit(.au12) && event.face == 0)
    }

    @Test func timesThatJumpBackEndEverything() {
        let first = rows([0.6, 0.6, 0.6])
        let second = rows([0.6, 0.6], from: 0.1).map { row in
            var row = row
            row.frame += 3
            return row
        }
        #expect(tenths(events(first + second)) == [[0, 3], [1, 3]])
        var stamped = rows([0.6, 0.6, 0.6, 0.6])
        stamped[1].timestamp = .nan
        #expect(tenths(events(stamped)) == [[0, 0], [2, 4]])
    }

    @Test func skippedFramesGoOnWithRawScores() {
        var skipped = rows([0.6, 0.6, 0.6, 0.6, 0.1])
        for index in [1, 2] {
            skipped[index].status = .skipped
            skipped[index].actionUnits = nil
        }
        #expect(tenths(events(skipped) { $0.scores = .raw }) == [[0, 4]])
    }

    @Test func thresholdsAreTheModels() {
        var metadata = RunMetadata(
            mien: "1", input: .init(path: "a", name: "a"),
            model: .init(name: "m", thresholds: ["AU12": 0.25]))
        metadata.options["gap-max"] = 2
        var context = ExportContext(name: "t", metadata: metadata)
        #expect(context.events.gapMaximum == 2)
        context.events.minimumDuration = 0
        var extractor = EventExtractor(context)
        var found: [TimelineEvent] = []
        for row in rows([0.24, 0.25, 0.2, 0.19]) { extractor.push(row) { found.append($0) } }
        extractor.finish { found.append($0) }
        #expect(tenths(found) == [[1, 3]])
    }

    @Test(arguments: 1...5) func intervalsOfAnyTimelineAreSound(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let timeline = try smooth(random.timeline(frames: 800, faces: 4, every: 1 + seed % 2))
        let found = events(timeline, on: 0.3, off: 0.25)
        #expect(!found.isEmpty)
        let faces = Set(timeline.compactMap(\.faceID))
        for event in found {
            #expect(event.start < event.end && event.samples >= 1 && faces.contains(event.face))
            #expect(event.firstFrame <= event.lastFrame)
            #expect(event.peak >= 300_000 && event.mean >= 250_000 && event.mean <= event.peak)
        }
        // What is asked for does not depend on what else is.
        let smiles = events(timeline, on: 0.3, off: 0.25) { $0.events.labels = [.actionUnit(.au12)] }
        #expect(Set(smiles.map(\.start)) == Set(found.filter { $0.label == .actionUnit(.au12) }.map(\.start)))
    }
}

/// What is not asserted: units that the model grades as weak, and readings of low quality.
@Suite struct UnassertedTests {
    private func weak(_ units: [String]) -> RunMetadata {
        RunMetadata(
            mien: "0", input: .init(path: "t.mp4", name: "t.mp4"),
            model: .init(name: "m", thresholds: ["AU12": 0.5], weakUnits: units))
    }

    @Test func weakUnitsHaveNoIntervalsUnlessAskedFor() {
        let smile = rows([0.1, 0.9, 0.9, 0.9, 0.1])
        #expect(events(smile) { $0.metadata = self.weak(["AU23"]) }.count == 1)
        #expect(events(smile) { $0.metadata = self.weak(["AU12"]) }.isEmpty)
        let asked = events(smile) {
            $0.metadata = self.weak(["AU12"])
            $0.events.labels = [.actionUnit(.au12)]
        }
        #expect(asked.count == 1)
    }

    @Test func readingsOfLowQualityAreNone() {
        var smile = rows([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])
        for index in smile.indices {
            var geometry = FaceGeometry()
            geometry[.quality] = index < 4 ? 0.3 : 0.8
            smile[index].geometry = geometry
        }
        #expect(tenths(events(smile)) == [[0, 8]])
        #expect(tenths(events(smile) { $0.events.minimumQuality = 0.5 }) == [[4, 8]])
    }
}
