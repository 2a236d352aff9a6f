import Foundation
import TestSupport
import Testing

/// `mien stream` on a camera, which tools/fake-camera stands in for.
@Suite struct StreamCameraTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func stream(_ camera: String, _ options: String) throws -> Streaming {
        try Streaming(camera: camera, options, in: folder)
    }

    @Test(arguments: [("yuyv", "rawvideo"), ("mjpeg", "mjpeg")])
    func followsACamera(format: String, codec: String) throws {
        let run = try stream("--formats \(format)", "-t 1")
        let rows = try run.rows
        #expect(run.status == 0 && rows.isInOrder && rows.faces == [0], "\(run.errors)")
        #expect((15...31).contains(rows.count), "\(rows.count)")
        #expect(run.errors.contains("Fake Camera 0 (v4l2:///dev/video0): \(codec) 640x360"), "\(run.errors)")
    }

    @Test func saysWhatTheCameraGivesInstead() throws {
        let run = try stream(
            "--size 640x360,320x180 --fault size=320x180", "--video-size 640x360 -t 0.5 -q -o a.csv")
        #expect(run.status == 0 && run.errors.contains("gives 320x180 instead of 640x360"), "\(run.errors)")
        #expect(try folder.metadata("a.meta.json", "video.width") as? Int == 320)
    }

    @Test func anUnpluggedCameraLeavesOneRowAndGoesOn() throws {
        let run = try stream("--fault unplug@15+0.8", "-t 3.5 -o a.csv")
        let rows = try folder.rows("a.csv")
        #expect(run.status == 0 && rows.isInOrder && rows.count(.outage) == 1, "\(run.errors)")
        let outage = try #require(rows.firstIndex { $0.status == .outage })
        #expect(rows[outage].faceID == nil && rows.count > outage + 10)
        #expect(rows[outage + 1].timestamp - rows[outage - 1].timestamp > 0.5)
        // The face is known again.
        #expect(rows.faces == [0])
        #expect(run.errors.contains("/dev/video0: the camera was unplugged; trying again"), "\(run.errors)")
        #expect(run.errors.contains("is back"), "\(run.errors)")
    }

    @Test func aStalledCameraIsAnOutageToo() throws {
        let run = try stream("--fault stall@15+1.2", "--read-timeout 0.5 -t 3 -q")
        let rows = try run.rows
        #expect(rows.isInOrder && rows.count(.outage) >= 1 && rows.last?.status != .outage, "\(run.errors)")
        #expect(run.errors.contains("no frame came for 0.5 s; trying again"), "\(run.errors)")
    }

    @Test(arguments: [("mjpeg", "corrupt@8*5"), ("yuyv", "short@8*5"), ("yuyv", "error@8*5")])
    func spoiltBuffersAreNoEnd(format: String, fault: String) throws {
        let run = try stream("--formats \(format) --fault \(fault)", "-t 1 -q -o a.csv")
        let rows = try folder.rows("a.csv")
        #expect(run.status == 0 && rows.isInOrder && rows.count(.outage) == 0, "\(run.errors)")
        let damaged = try folder.metadata("a.meta.json", "counts.damaged_frames") as? Int ?? 0
        let lost = try folder.metadata("a.meta.json", "counts.lost_packets") as? Int ?? 0
        #expect(damaged + lost >= 3, "\(damaged) \(lost)")
        #expect(rows.count(.decodeError) == damaged && rows.last?.status != .decodeError)
    }

    @Test(arguments: [
        ("--fault busy-open", "/dev/video0: another program"), ("--fault busy-stream", "/dev/video0"),
        ("--fault denied", "group `video`"), ("--none", "no such camera"),
    ]) func saysWhyItCannotBegin(camera: String, message: String) throws {
        let run = try stream(camera, "-t 1 -o a.csv")
        #expect(run.status == 2 && run.errors.contains(message), "\(run)")
        #expect(!folder.has("a.csv") && !folder.has("a.meta.json"))
    }

    @Test func aCameraThatStaysAwayIsGivenUp() throws {
        let run = try stream("--fault unplug@15", "--give-up 0.5 -o a.csv")
        #expect(run.status == 2 && run.errors.contains("/dev/video0: no such camera"), "\(run.errors)")
        #expect(try folder.rows("a.csv").last?.status == .outage)
        let reason = try folder.metadata("a.meta.json", "ended_early") as? String
        #expect(reason?.contains("no such camera") == true, "\(reason ?? "-")")
        let once = try stream("--fault unplug@15", "--no-reconnect -q")
        #expect(
            once.status == 2 && once.errors == "mien: /dev/video0: the camera was unplugged\n",
            "\(once.errors)")
        #expect(try once.rows.count(.outage) == 0)
    }

    @Test func timeRunsOutWhileTheCameraIsAway() throws {
        let run = try stream("--fault unplug@15", "-t 1.5")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.rows.last?.status == .outage)
    }

    @Test(arguments: ["clock=-5@10", "clock=500@10*5"]) func timestampsRiseWhateverTheClock(fault: String)
        throws
    {
        let rows = try stream("--fault \(fault)", "-t 1 -q").rows
        #expect(rows.isInOrder && rows.count > 10 && (rows.last?.timestamp ?? 9) < 1)
    }

    @Test func benchMeasuresACamera() throws {
        let words = Streaming.words(camera: "", "-t 1 --json").map { $0 == "stream" ? "bench live" : $0 }
            .flatMap { $0.split(separator: " ").map(String.init) }
        let run = try Repository.run(Streaming.fakeCamera, words, in: folder.url)
        let bench = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run)")
        #expect(
            bench.keys.sorted() == [
                "early", "height", "kept_frames", "late", "max_latency", "progress", "read_faces", "source",
                "width",
            ])
        let progress = try #require(bench["progress"] as? [String: Any])
        for key in [
            "elapsed_seconds", "frames", "frames_per_second", "dropped_frames", "encoded_faces", "held_faces",
            "dropped_faces", "latency_p50", "latency_p95", "latency_max", "processor_share", "outages",
        ] { #expect(progress[key] is NSNumber, "\(key)") }
        #expect(try #require(progress["frames"] as? Int) > 10)
        for key in ["early", "late"] {
            let use = try #require(bench[key] as? [String: Any])
            #expect(use.values.allSatisfy { ($0 as? Int ?? 0) > 0 }, "\(use)")
        }
    }
}
