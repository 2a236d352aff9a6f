import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

private func example() -> RunMetadata {
    var metadata = RunMetadata(
        mien: "1.0.0", input: .init(path: "clips/a b.mp4", name: "a b.mp4", bytes: 1234),
        model: .init(name: "default", sha256: "00ff"))
    metadata.options = [
        "smooth-expression": 3.4, "every": 1, "faces": "all", "causal": false, "start": nil,
        "thresholds": [0.5, 0.25], "gap-max": .number(.infinity),
    ]
    metadata.video = .init(
        width: 640, height: 480, rotation: 90, codec: "h264", timeBase: .init(num: 1, den: 90000),
        averageRate: 29.97, timeSource: "container")
    metadata.endedEarly = "the file ends in the middle of a packet"
    metadata.warnings = ["timestamps jump back at frame 12"]
    return metadata
}

@Suite struct RunMetadataTests {
    @Test func theSameRunGivesTheSameBytes() throws {
        let text = String(decoding: example().json(), as: UTF8.self)
        #expect(text == String(decoding: example().json(), as: UTF8.self))
        #expect(text.hasSuffix("}\n"))
        for part in [
            "\"path\" : \"clips/a b.mp4\"", "\"smooth-expression\" : 3.4", "\"start\" : null",
            "\"den\" : 90000", "\"time_base\"", "\"ended_early\"", "\"gap-max\" : \"inf\"",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("created"))
    }

    /// What was read, with what, what came of it: not the alphabet.
    @Test func keysAreInTheOrderOfAReader() throws {
        var metadata = example()
        metadata.created = "2026-01-02"
        metadata.counts.status = ["skipped": 1, "ok": 2]
        // Texts that look like what keys are marked with on the way.
        metadata.warnings = ["000001format\" : 1", "000002", "a\n\"000003mien\" : "]
        metadata.input.path = "000004x"
        metadata.baselines = [
            .init(
                face: 1,
                baseline: Baseline(
                    median: ActionUnitScores(repeating: 0.5), deviation: ActionUnitScores(repeating: 0.25),
                    expression: nil,
                    readings: 12))
        ]
        let text = String(decoding: metadata.json(), as: UTF8.self)
        func keys(indent: Int) -> [String] {
            text.split(separator: "\n").compactMap { line in
                let start = String(repeating: " ", count: indent) + "\""
                guard line.hasPrefix(start), line.contains("\" : ") else { return nil }
                return String(line.dropFirst(start.count).prefix { $0 != "\"" })
            }
        }
        #expect(
            keys(indent: 2) == [
                "format", "mien", "created", "input", "video", "model", "options", "counts", "interrupted",
                "ended_early", "warnings", "baselines", "columns",
            ])
        #expect(
            keys(indent: 4).prefix(8) == [
                "name", "path", "bytes", "width", "height", "rotation", "codec", "time_base",
            ])
        // Dictionaries have no order of their own.
        #expect(text.contains("\"options\" : {\n    \"causal\" : false,\n    \"every\" : 1,"))
        #expect(text.contains("\"ok\" : 2,\n      \"skipped\" : 1"))
        #expect(
            try JSONDecoder().decode(RunMetadata.self, from: Data(text.utf8)).warnings == metadata.warnings)
        // Whoever reads the file does not go by the order.
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let sorted = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
        var again = try JSONDecoder().decode(RunMetadata.self, from: sorted)
        #expect(again.options.removeValue(forKey: "gap-max") == "inf")
        metadata.options["gap-max"] = nil
        #expect(again == metadata)
    }

    @Test func roundTrip() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.meta.json")
        var metadata = example()
        metadata.options["gap-max"] = 0.5
        try metadata.write(to: path)
        try metadata.write(to: path)
        #expect(directory.names == ["a.meta.json"])
        #expect(try RunMetadata(contentsOf: path) == metadata)
    }

    @Test func theSameRunIsKnownAgainFromItsFile() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.meta.json")
        var run = example()
        run.options["window"] = .number(2)
        try run.write(to: path)
        var read = try RunMetadata(contentsOf: path)
        #expect(read.difference(from: run) == nil)
        // What came of it, and where it lay, makes no other run.
        read.counts.rows = 5
        read.interrupted = true
        read.input.path = "elsewhere.mp4"
        #expect(read.difference(from: run) == nil)
        #expect(run.difference(from: read) == nil)
    }

    @Test func whatMakesAnotherRunIsNamed() {
        func difference(_ change: (inout RunMetadata) -> Void) -> String {
            var other = example()
            change(&other)
            return other.difference(from: example()) ?? "none"
        }
        #expect(difference { $0.mien = "2" }.contains("mien 2"))
        #expect(difference { $0.model.sha256 = "ff00" }.contains("default (ff00), not default (00ff)"))
        #expect(difference { $0.options["every"] = 2 } == "its every is 2, this run's 1")
        #expect(difference { $0.options["new"] = true } == "its new is true, this run's not given")
        #expect(difference { $0.options["start"] = 0.5 }.contains("start is 0.5"))
        #expect(difference { _ = $0.options.removeValue(forKey: "faces") }.contains("faces is not given"))
        #expect(difference { $0.input.bytes = 1 }.contains("another content of clips/a b.mp4"))
        #expect(difference { $0.input.sampleSHA256 = "00" }.contains("another content"))
        #expect(difference { $0.input.modified = 7 } == "clips/a b.mp4 has been modified since")
    }

    @Test func countsOfATable() throws {
        let writer = TableWriter(sink: MemorySink())
        try writer.write(FaceReading(frame: 1, faceID: nil, timestamp: 0, status: .noFace))
        try writer.write(FaceReading(frame: 2, faceID: 3, timestamp: 1, status: .ok))
        try writer.write(FaceReading(frame: 2, faceID: 4, timestamp: 1, status: .ok))
        let counts = RunMetadata.Counts(writer.counts, damagedFrames: 5, lostPackets: 6)
        #expect(counts.rows == 3 && counts.frames == 2 && counts.faces == 2)
        let status = [
            "ok": 2, "no_face": 1, "skipped": 0, "held": 0, "dropped": 0, "decode_error": 0, "outage": 0,
        ]
        #expect(counts.status == status)
        #expect(counts.damagedFrames == 5 && counts.lostPackets == 6)
    }

    @Test(arguments: [
        ("", "expected JSON"), ("[]", "expected Dictionary<String, Any> at the top"),
        ("{}", "no format in the top"),
        ("{\"format\": 1, \"mien\": 3}", "expected String at mien"),
    ])
    func saysWhatIsWrong(text: String, problem: String) throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.meta.json")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: TimelineError.self) { try RunMetadata(contentsOf: path) }
        #expect(error?.description == "\(path): no metadata of a run: \(problem)")
    }

    @Test func newerFormatsAndMissingFiles() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.meta.json")
        #expect(throws: TimelineError.cannotOpen(path: path, code: ENOENT)) {
            try RunMetadata(contentsOf: path)
        }
        var metadata = example()
        metadata.format = 2
        try metadata.write(to: path)
        #expect(
            throws: TimelineError.malformedMetadata(path: path, problem: "format 2, expected 1 or older")
        ) { try RunMetadata(contentsOf: path) }
    }

    @Test(arguments: [
        ("clip.csv", "clip.meta.json"), ("out/a.b.CSV", "out/a.b.meta.json"), ("clip", "clip.meta.json"),
        ("clip.tsv", "clip.tsv.meta.json"),
    ])
    func standsBesideTheTable(table: String, metadata: String) {
        #expect(RunMetadata.path(forTable: table) == metadata)
    }
}
