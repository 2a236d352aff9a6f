import Foundation
import TestSupport
import Testing

/// How `mien stream` ends, and what it leaves.
@Suite struct StreamShutdownTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsARunInOrder(signal: Int32) throws {
        let run = try Background(camera: "", "-o a.csv --overlay a.mp4", in: folder)
        run.wait(forLines: 20, in: "a.csv")
        #expect(run.end(signal) == 130)
        let rows = try folder.rows("a.csv")
        #expect(rows.isInOrder && rows.count >= 19)
        #expect(try folder.metadata("a.meta.json", "interrupted") as? Bool == true)
        #expect(try folder.metadata("a.meta.json", "counts.rows") as? Int == rows.count)
        let probe = try Repository.run(
            "ffprobe",
            "-v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 a.mp4"
                .split(separator: " ").map(String.init), in: folder.url)
        #expect(probe.errors.isEmpty && Int(probe.output.filter(\.isNumber)) ?? 0 >= 10, "\(probe)")
        #expect(!folder.has("a.mp4.partial"))
    }

    @Test(arguments: ["stall@5", "unplug@5"]) func aSignalEndsARunThatWaits(fault: String) throws {
        let run = try Background(camera: "--fault \(fault)", "-o a.csv", in: folder)
        run.wait(forLines: 6, in: "a.csv")
        #expect(run.end(SIGINT) == 130)
        #expect(try folder.rows("a.csv").isInOrder)
    }

    @Test func whatIsKilledLosesAtMostTheLastSecond() throws {
        let run = try Background(camera: "", "-o a.csv", in: folder)
        run.wait(forLines: 2, in: "a.csv")
        let first = ContinuousClock.now
        run.wait(forLines: 30, in: "a.csv")
        let elapsed = ContinuousClock.now - first
        _ = run.end(SIGKILL)
        let rows = try folder.rows("a.csv")
        let last = try #require(rows.last).timestamp
        #expect(rows.isInOrder && .seconds(last) > elapsed - .seconds(1))
        #expect(try folder.metadata("a.meta.json", "interrupted") as? Bool == true)
    }

    @Test func aClosedPipeIsNoFailure() throws {
        let line = "'\(Streaming.fakeCamera)' $sample -- $mien stream v4l2:///dev/video0"
        let rows = try Streaming(shell: "\(line) -q | head -3; echo ${PIPESTATUS[0]}", in: folder)
        #expect(rows.output.hasSuffix("\n0\n") && rows.errors.isEmpty, "\(rows)")
        #expect(rows.output.split(separator: "\n").count == 4)
        // The other outputs are whole.
        let lines = try Streaming(
            shell: "\(line) -q --json -o a.csv --overlay a.mkv | head -3 >/dev/null; echo ${PIPESTATUS[0]}",
            in: folder)
        #expect(lines.output == "0\n" && lines.errors.isEmpty, "\(lines)")
        #expect(try folder.rows("a.csv").count >= 3 && folder.has("a.mkv") && folder.has("a.meta.json"))
    }

    @Test func aFullDiskIsNamedAndLeavesWholeRows() throws {
        // A limit on the size of files fails a write in the middle of a row, as a full disk does.
        let run = try Streaming(shell: "ulimit -f 12; exec $mien stream $sample -o a.csv", in: folder)
        #expect(run.status == 2 && run.errors.contains("cannot write a.csv: File too large"), "\(run)")
        let rows = try folder.rows("a.csv")
        #expect(rows.isInOrder && rows.count > 10)
        #expect(try folder.text("a.csv").utf8.count <= 12 * 1024)
        let reason = try folder.metadata("a.meta.json", "ended_early") as? String
        #expect(reason?.contains("cannot write a.csv") == true)
        let device = try Streaming(Repository.sample, "-o /dev/full", in: folder)
        #expect(device.status == 2 && device.errors.contains("/dev/full: No space left"), "\(device)")
    }

    @Test func twoRunsDoNotShareATable() throws {
        let first = try Background(camera: "", "-o a.csv", in: folder)
        first.wait(forLines: 3, in: "a.csv")
        let second = try Streaming(Repository.sample, "-o a.csv -y", in: folder)
        #expect(
            second.status == 2 && second.errors.contains("a.csv is being written by another run"), "\(second)"
        )
        #expect(first.end(SIGINT) == 130)
        #expect(try folder.rows("a.csv").isInOrder)
    }
}
