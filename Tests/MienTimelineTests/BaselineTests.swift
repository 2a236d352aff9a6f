import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

@Suite struct BaselineTests {
    /// Rows of one face at 25 frames/s, its action units drawn at random.
    private func rows(_ count: Int, face: Int = 0, seed: Int = 1) throws -> [FaceReading] {
        var random = Random(seed: UInt64(seed))
        let rows = (0..<count).map { (i: Int) -> FaceReading in
            FaceReading(
                frame: i + 1, faceID: face, timestamp: Double(i) / 25, status: .ok,
                expression: random.expression(), actionUnits: random.actionUnits())
        }
        return try smooth(rows)
    }

    private func millionths(_ scores: ActionUnitScores, _ unit: ActionUnit) -> Int {
        Int((Double(scores[unit]) * 1e6).rounded())
    }

    private func subtract(
        _ rows: [FaceReading], _ source: BaselineSource, holdsBack: Bool = true
    ) throws -> (rows: [FaceReading], subtraction: BaselineSubtraction, mostHeld: Int) {
        var subtraction = try BaselineSubtraction(source, holdsBack: holdsBack)
        var result: [FaceReading] = []
        var most = 0
        for row in rows {
            subtraction.push(row) { result.append($0) }
            most = max(most, subtraction.pendingRows)
        }
        subtraction.finish { result.append($0) }
        return (result, subtraction, most)
    }

    private static func stored(_ median: Float = 0.25) -> StoredBaseline {
        StoredBaseline(
            mien: "1", model: .init(name: "default", sha256: "00ff"), input: "me.mp4", face: 0, start: 0,
            end: 4.96,
            baseline: Baseline(
                median: ActionUnitScores(repeating: median), deviation: ActionUnitScores(repeating: 0.0625),
                expression: nil, readings: 125))
    }

    @Test(arguments: [10, 11, 124, 125]) func isTheMedianOfTheReadings(count: Int) throws {
        var rows = try rows(count, seed: count)
        var learner = BaselineLearner()
        for row in rows { learner.add(row) }
        // What is missing or no probability is no reading.
        rows[0].actionUnits = nil
        learner.add(rows[0])
        rows[1].actionUnits?[.au12] = .nan
        learner.add(rows[1])
        rows = try self.rows(count, seed: count)
        let baseline = try #require(learner.baseline())
        #expect(baseline.readings == count)
        for unit in ActionUnit.allCases {
            let values = rows.map { millionths($0.actionUnits!, unit) }.sorted()
            let middle = Double(values[(count - 1) / 2] + values[count / 2]) / 2
            let median = millionths(baseline.median, unit)
            #expect(abs(Double(median) - middle) <= 0.5)
            let away = values.map { abs($0 - median) }.sorted()
            let spread = Double(away[(count - 1) / 2] + away[count / 2]) / 2
            #expect(abs(Double(millionths(baseline.deviation, unit)) - spread) <= 0.5)
        }
        let happiness = rows.map { Double($0.expression![.happiness]) }.reduce(0, +) / Double(count)
        #expect(abs(Double(baseline.expression![.happiness]) - happiness) < 1e-6)
    }

    @Test func tooFewReadingsAreNone() throws {
        var learner = BaselineLearner()
        #expect(learner.baseline() == nil)
        for row in try rows(Baseline.fewestReadings - 1) { learner.add(row) }
        #expect(learner.baseline() == nil)
    }

    @Test func anIntervalOfAFileGivesAllOfItsRowsRelativeScores() throws {
        let all = try rows(200)
        let (related, subtraction, most) = try subtract(all, .interval(from: 1, to: 3))
        // Nothing else changes.
        #expect(
            related.map { (row: FaceReading) -> FaceReading in
                var row = row
                row.relativeActionUnits = nil
                return row
            } == all)
        #expect(most == 50)
        var learner = BaselineLearner()
        for row in all[25..<75] { learner.add(row) }
        let baseline = try #require(learner.baseline())
        #expect(subtraction.baselines == [0: baseline])
        for (i, row) in related.enumerated() {
            guard i >= 25 else {
                #expect(row.relativeActionUnits == nil)
                continue
            }
            for unit in ActionUnit.allCases {
                let difference = Int((Double(row.relativeActionUnits![unit]) * 1e6).rounded())
                #expect(
                    difference == millionths(row.smoothedActionUnits!, unit)
                        - millionths(baseline.median, unit))
            }
        }
        // A live run does not wait, and goes on to the same.
        let live = try subtract(all, .interval(from: 1, to: 3), holdsBack: false)
        #expect(live.mostHeld == 0)
        #expect(live.rows.prefix(75).allSatisfy { $0.relativeActionUnits == nil })
        #expect(live.rows.dropFirst(75) == related.dropFirst(75))
    }

    @Test(arguments: 1...6) func rowsComeOutInTheirOrderWhateverHappens(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let rows = try smooth(random.timeline(frames: 500, faces: 4))
        for source in [
            BaselineSource.interval(from: 0, to: 2), .interval(from: 5, to: 9), .stored(Self.stored()),
        ] {
            let related = try subtract(rows, source).rows
            #expect(related.map(\.frame) == rows.map(\.frame) && related.map(\.faceID) == rows.map(\.faceID))
            #expect(
                related.allSatisfy { $0.relativeActionUnits == nil || $0.smoothedActionUnits != nil })
            // The same from what was written and read back.
            #expect(
                try table(related, groups: [.relative])
                    == table(subtract(readings(table(rows)), source).rows, groups: [.relative]))
        }
    }

    @Test func facesThatAreNotKnownAreNamed() throws {
        var all: [FaceReading] = []
        for (i, row) in try rows(100).enumerated() {
            all.append(row)
            // Face 1 comes too late for ten readings, face 2 after the interval.
            var other = row
            other.faceID = i < 60 ? 1 : 2
            if i >= 45 { all.append(other) }
        }
        let (related, subtraction, _) = try subtract(all, .interval(from: 0, to: 2))
        #expect(related.allSatisfy { ($0.relativeActionUnits != nil) == ($0.faceID == 0) })
        #expect(
            subtraction.warnings.contains { $0.contains("fewer than 10 readings in 0-2 s of 1 face (1)") })
        let none = try subtract(all, .interval(from: 2, to: 2.1))
        #expect(none.rows.allSatisfy { $0.relativeActionUnits == nil })
        #expect(none.subtraction.warnings.contains { $0.hasPrefix("no face has 10 readings in 2-2.1 s") })
    }

    @Test func aTimelineThatEndsBeforeTheIntervalSaysSo() throws {
        let (related, subtraction, _) = try subtract(rows(50), .interval(from: 0, to: 60))
        #expect(related.count == 50 && related.allSatisfy { $0.relativeActionUnits != nil })
        #expect(
            subtraction.warnings.contains(
                "the baseline is learned from less than 0-60 s: there is nothing after 1.96 s"))
        let empty = try subtract([], .interval(from: 0, to: 60))
        #expect(empty.subtraction.warnings.count == 2)
        // A clock that is set back ends the interval.
        var joined = try rows(30)
        joined += try rows(30).map { row in
            var row = row
            row.frame += 30
            return row
        }
        let back = try subtract(joined, .interval(from: 0, to: 60))
        #expect(back.mostHeld == 30 && back.subtraction.baselines[0]?.readings == 30)
        #expect(back.subtraction.warnings.contains { $0.hasSuffix("the clock is set back after 1.16 s") })
    }

    @Test func aStoredBaselineHoldsForEveryFace() throws {
        var rows = try rows(20)
        let source = BaselineSource.stored(Self.stored(0.25))
        var result = try subtract(rows, source)
        #expect(result.mostHeld == 0 && result.subtraction.warnings.isEmpty)
        for row in result.rows {
            #expect(abs(row.relativeActionUnits![.au04] + 0.25 - row.smoothedActionUnits![.au04]) < 1e-6)
        }
        rows.append(FaceReading(frame: 20, faceID: 3, timestamp: 0.76, status: .ok))
        result = try subtract(rows, source)
        #expect(result.subtraction.warnings.count == 1)
        #expect(result.subtraction.warnings[0].contains("one person's"))
    }

    @Test(arguments: [(0.0, 0.0), (1, 0), (-1, 1), (0, 601), (.nan, 1), (0, .nan), (0, .infinity)])
    func intervalsThatAreNoneAreRefused(from: Double, to: Double) {
        #expect(throws: TimelineError.self) {
            try BaselineSubtraction(.interval(from: from, to: to), holdsBack: true)
        }
    }

    @Test func aFileIsReadAsItWasWritten() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("me.json")
        var learner = BaselineLearner()
        for row in try rows(100) { learner.add(row) }
        var stored = Self.stored()
        stored.baseline = try #require(learner.baseline())
        try stored.write(to: path)
        #expect(try StoredBaseline(contentsOf: path) == stored)
        #expect(throws: TimelineError.exists(path: path)) { try stored.write(to: path) }
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == stored.json())
    }

    @Test(arguments: [
        ("", "expected JSON"), ("{}", "no "), ("\"AU12\"", "\"AU99\""),
        ("\"median\" : 0.25", "\"median\" : 1.25"),
        ("\"format\" : 1", "\"format\" : 2"),
    ])
    func saysWhatIsWrong(old: String, new: String) throws {
        let directory = try TemporaryFolder()
        let path = directory.path("me.json")
        let text = String(decoding: Self.stored().json(), as: UTF8.self)
        try Data((old.isEmpty || old == "{}" ? old : text.replacing(old, with: new)).utf8).write(
            to: URL(fileURLWithPath: path))
        let error = #expect(throws: TimelineError.self) { try StoredBaseline(contentsOf: path) }
        #expect(error?.description.hasPrefix(path) == true, "\(error as Any)")
        #expect(throws: TimelineError.self) { try StoredBaseline(contentsOf: directory.path("none.json")) }
        #expect(throws: TimelineError.self) { try StoredBaseline(contentsOf: "/") }
    }
}

/// The table of a run with a baseline.
@Suite struct RelativeColumnsTests {
    private func related() throws -> [FaceReading] {
        var random = Random(seed: 3)
        let rows = try smooth(random.timeline(frames: 300, faces: 2))
        var subtraction = try BaselineSubtraction(.interval(from: 0, to: 4), holdsBack: true)
        var result: [FaceReading] = []
        for row in rows { subtraction.push(row) { result.append($0) } }
        subtraction.finish { result.append($0) }
        return result
    }

    @Test func comeLastAndAreReadBack() throws {
        let rows = try related()
        let plain = String(decoding: try table(rows), as: UTF8.self).split(separator: "\n")
        let wide = String(decoding: try table(rows, groups: [.relative]), as: UTF8.self).split(
            separator: "\n")
        #expect(wide.count == plain.count)
        #expect(zip(wide, plain).allSatisfy { $0.hasPrefix($1 + ",") })
        #expect(
            wide[0].hasSuffix(
                ",s_au26,r_au01,r_au02,r_au04,r_au06,r_au07,r_au10,r_au12,r_au15,r_au23,r_au24,r_au25,r_au26")
        )
        let reader = try TableReader(bytes: table(rows, groups: [.relative]), name: "t")
        #expect(reader.extraColumns.isEmpty)
        var read: [FaceReading] = []
        while let row = try reader.next() {
            #expect(row.groups == [.relative] && row.extraCells.isEmpty)
            read.append(row.reading)
        }
        #expect(read.map(\.relativeActionUnits) == rows.map(\.relativeActionUnits))
        #expect(
            read.contains { $0.relativeActionUnits != nil } && read.contains { $0.relativeActionUnits == nil }
        )
        #expect(try table(read, groups: [.relative]) == table(rows, groups: [.relative]))
    }

    @Test func someOfThemAreColumnsOfTheUsers() throws {
        let text = String(decoding: try table(related(), groups: [.relative]), as: UTF8.self)
        let bytes = Array(text.replacing(",r_au26", with: ",mine").utf8)
        let reader = try TableReader(bytes: bytes, name: "t")
        #expect(reader.extraColumns.count == 12 && reader.extraColumns.last == "mine")
        let row = try #require(try reader.next())
        #expect(row.groups.isEmpty && row.reading.relativeActionUnits == nil)
        let twice = Array(text.replacing(",r_au26\n", with: ",r_au26,r_au26\n").utf8)
        #expect(throws: TimelineError.self) { try TableReader(bytes: twice, name: "t") }
    }

    @Test(arguments: ["2.000000", "x"]) func differencesThatAreNoneAreNamed(cell: String) throws {
        var lines = String(decoding: try table(related(), groups: [.relative]), as: UTF8.self).split(
            separator: "\n")
        let line = try #require(lines.indices.dropFirst().first { !lines[$0].hasSuffix(",") })
        lines[line] = lines[line][..<lines[line].lastIndex(of: ",")!] + "," + cell
        let reader = try TableReader(bytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: "t")
        let error = #expect(throws: TimelineError.self) { while try reader.next() != nil {} }
        #expect(
            error?.description
                == "t, line \(line + 1): r_au26 is \"\(cell)\", expected a difference from -1 to 1")
    }
}
