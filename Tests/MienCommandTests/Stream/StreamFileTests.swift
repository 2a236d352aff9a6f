import Foundation
import TestSupport
import Testing

/// `mien stream` on files and pipes, which are read whole.
@Suite struct StreamFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func shell(_ line: String) throws -> Streaming { try Streaming(shell: line, in: folder) }

    @Test func rowsAreThoseOfCausalAnnotation() throws {
        let file = try Repository.run(
            "mien", ["annotate", Repository.sample, "--causal", "-o", "a.csv"], in: folder.url)
        #expect(file.status == 0, "\(file.errors)")
        let live = try Streaming(Repository.sample, "--reuse off -o b.csv", in: folder)
        #expect(live.status == 0, "\(live.errors)")
        #expect(try folder.text("a.csv") == folder.text("b.csv"))
        #expect(try folder.metadata("b.meta.json", "counts.rows") as? Int == folder.rows("b.csv").count)
        #expect(try folder.metadata("b.meta.json", "interrupted") as? Bool != true)
        #expect(try folder.metadata("b.meta.json", "options.live") as? Bool == true)
    }

    @Test func aFaceThatHardlyChangesIsHeld() throws {
        let make = """
            ffmpeg -v error -i $sample -frames:v 1 a.png
            ffmpeg -v error -loop 1 -i a.png -frames:v 12 -c:v ffv1 a.mkv
            """
        #expect(try shell(make).status == 0)
        let near = try Streaming("a.mkv", "-q", in: folder).rows
        #expect(near.count == 12 && near.count(.held) == 11 && near.count(.ok) + near.count(.held) == 12)
        for (row, next) in zip(near, near.dropFirst()) where next.status == .held {
            #expect(next.expression == row.expression && next.actionUnits == row.actionUnits)
        }
        // Nothing is as far away as this.
        let held = try Streaming("a.mkv", "--reuse 255 -q", in: folder).rows
        #expect(held.map(\.status) == [.ok] + Array(repeating: .held, count: 11))
        #expect(held.allSatisfy { $0.expression == held[0].expression && $0.smoothedActionUnits != nil })
        let all = try Streaming("a.mkv", "--reuse off -q", in: folder).rows
        #expect(all.count(.ok) == 12 && all[0].expression == held[0].expression)
    }

    @Test func aPipeIsReadToItsEnd() throws {
        let run = try shell("ffmpeg -v error -i $sample -t 2 -c copy -f matroska - | $mien stream - -q")
        let rows = try run.rows
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(rows.isInOrder && rows.count >= 45 && rows.faces == [0])
        let cut = try shell("head -c 60000 $sample | $mien stream - -q -o cut.csv; echo $?")
        #expect(cut.output == "2\n" && cut.errors.contains("mien: "), "\(cut)")
    }

    @Test func severalOutputsAtOnce() throws {
        let run = try Streaming(Repository.sample, "-t 1 --json -o a.csv --overlay a.mp4", in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let rows = try folder.rows("a.csv")
        let lines = try run.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.count == rows.count)
        #expect(lines.compactMap { $0["frame"] as? Int } == rows.map(\.frame))
        #expect(lines.compactMap { $0["status"] as? String } == rows.map(\.status.rawValue))
        let export = try Repository.run("mien", ["export", "a.csv", "--to", "jsonl"], in: folder.url)
        #expect(export.status == 0, "\(export.errors)")
        #expect(try folder.text("a.jsonl") == run.output)
        let probe = try shell(
            "ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 a.mp4")
        #expect((1...rows.count).contains(Int(probe.output.filter(\.isNumber)) ?? 0), "\(probe)")
    }

    @Test func aBaselineGivesColumnsAfterItsInterval() throws {
        let run = try Streaming(Repository.sample, "-t 2 --baseline 0-1 -q", in: folder)
        #expect(run.output.prefix { $0 != "\n" }.hasSuffix(",r_au26"))
        let rows = try run.rows
        #expect(rows.count > 40)
        for row in rows { #expect((row.relativeActionUnits != nil) == (row.timestamp >= 1), "\(row.frame)") }
    }

    @Test func aFileCanPlayAtItsOwnPace() throws {
        let run = try Streaming(Repository.sample, "--realtime -t 1", in: folder)
        let rows = try run.rows
        #expect(run.status == 0 && rows.isInOrder && rows.count == 24, "\(run.errors)")
        #expect(run.errors.contains("latency"), "\(run.errors)")
    }

    @Test(arguments: [
        ("", "no source given"), ("a b", "a b: expected one source"),
        ("-i a b", "b a: expected one source"), ("a --video-size 640", "expected WIDTHxHEIGHT"),
        ("a --video-size 0x5", "expected WIDTHxHEIGHT"), ("a --framerate 0", "expected frames a second"),
        ("a --framerate fast", "--framerate fast"), ("a --reuse much", "--reuse much"),
        ("a --reuse -1", "expected off, or 0 to 255 steps"), ("a --drops none", "expected rows or count"),
        ("a --max-latency 0.001", "expected 0.02 to 60 seconds"), ("a -t 0", "expected more than 0 seconds"),
        ("a --read-timeout 0", "expected more than 0 seconds"), ("a --input-option x", "expected NAME=VALUE"),
        ("a --rtsp-transport pigeon", "expected tcp, udp"), ("a --every 2", "unknown option '--every'"),
        ("a --json -o -", "the table and --json cannot both go to standard output"),
        ("a --json --overlay -", "cannot both go to standard output"),
        ("a --view", "--view: standard error is no terminal"), ("a --overlay x.txt", "--overlay x.txt"),
    ]) func saysWhatIsWrong(words: String, message: String) throws {
        let run = try Repository.run(
            "mien", ["stream"] + words.split(separator: " ").map(String.init), in: folder.url)
        #expect(run.status == 1 && run.errors.contains(message), "\(run)")
        #expect(run.output.isEmpty)
    }

    @Test func nothingIsLeftWhereARunCannotBegin() throws {
        try Data("old".utf8).write(to: folder.url.appendingPathComponent("old.csv"))
        try Data("old".utf8).write(to: folder.url.appendingPathComponent("old.mp4"))
        let table = try Streaming(Repository.sample, "-o old.csv", in: folder)
        #expect(table.status == 1 && table.errors.contains("old.csv exists; -y overwrites it"), "\(table)")
        let overlay = try Streaming(Repository.sample, "-o a.csv --overlay old.mp4", in: folder)
        #expect(overlay.status != 0 && overlay.errors.contains("old.mp4"), "\(overlay)")
        let source = try Streaming("no.mp4", "-o a.csv", in: folder)
        #expect(source.status == 2 && source.errors.contains("no.mp4"), "\(source)")
        let nowhere = try Streaming(Repository.sample, "-o no/a.csv", in: folder)
        #expect(nowhere.status == 2 && nowhere.errors.contains("no/a.csv"), "\(nowhere)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "old.csv", "old.mp4",
            ])
        #expect(try folder.text("old.csv") == "old")
    }
}
