import Foundation
import MienVideo
import TestSupport
import Testing

/// The reader on a camera, which tools/fake-camera stands in for: what works.
@Suite struct CameraTests {
    @Test func framesComeWithTheKernelsTime() throws {
        let probe = try Probe(camera: "--formats yuyv", "frames=30 skip")
        #expect(probe.opened == "640x360 rawvideo yuyv422 30 Fake Camera 0", "\(probe.output)")
        #expect(probe.frames.count == 30 && probe.isInOrder)
        for (frame, next) in zip(probe.frames, probe.frames.dropFirst()) {
            // The camera's own distance, not that at which frames came here.
            let step = (next.timestamp - frame.timestamp) * 30
            #expect(abs(step - step.rounded()) < 0.001, "\(step)")
            #expect(abs(next.captured - frame.captured - (next.timestamp - frame.timestamp)) < 0.001)
        }
        #expect(probe.frames.allSatisfy { $0.age >= 0 && $0.age < 2 && $0.epoch == 0 && !$0.isDamaged })
        // Waiting must not spin. A second of frames that are not converted needs milliseconds.
        let cpu = try #require(probe.cpu)
        #expect(cpu.used < 0.5 * cpu.elapsed, "\(cpu)")
    }

    @Test(arguments: [
        ("--formats yuyv,mjpeg", "", "640x360 rawvideo yuyv422 30"),
        ("--formats yuyv,mjpeg", "input_format=mjpeg", "640x360 mjpeg yuvj422p 30"),
        ("--formats mjpeg", "", "640x360 mjpeg yuvj422p 30"),
        ("--size 640x360,320x180 --rate 30,15", "size=320x180 rate=15", "320x180 rawvideo yuyv422 15"),
    ]) func aModeIsChosen(camera: String, options: String, opened: String) throws {
        let probe = try Probe(camera: camera, "frames=3 \(options)")
        #expect(probe.opened == opened + " Fake Camera 0", "\(probe.output)")
        #expect(probe.report?.warnings == [])
        // A picture, not a grey nothing.
        #expect(probe.frames.allSatisfy { (20...230).contains($0.mean ?? 0) })
    }

    @Test(arguments: ["/dev/video0", "v4l2:/dev/video0", "/dev/v4l/by-id/usb-Fake_Camera_0-video-index0"])
    func aCameraHasSeveralNames(input: String) throws {
        #expect(try Probe(camera: "", at: input, "frames=2").frames.count == 2)
        #expect(try Probe(camera: "", at: input, "frames=2 format=v4l2").frames.count == 2)
    }

    @Test func whatTheDriverGrantsIsSaid() throws {
        let probe = try Probe(
            camera: "--size 640x360,320x180 --fault size=320x180", "frames=3 size=640x360 rate=60")
        #expect(
            probe.report?.warnings == [
                "/dev/video0: gives 320x180 instead of 640x360",
                "/dev/video0: gives 30 frames/s instead of 60",
            ], "\(probe.output)")
        #expect(probe.frames.allSatisfy { $0.size == "320x180" })
    }

    @Test(arguments: [
        ("--fault denied", "", "permission denied"), ("--fault busy-open", "", "another program uses"),
        ("--fault busy-format", "", "another program uses"),
        ("--fault busy-stream", "", "another program uses"),
        ("--fault stall", "read=0.5", "no answer within 0.5 s"),
        ("", "size=64x64", "does not offer 64x64; expected one of: YUYV 640x360 at 30"),
        ("", "input_format=h264", "does not offer h264"),
    ]) func aCameraThatCannotBeOpenedSaysWhy(camera: String, options: String, words: String) throws {
        let probe = try Probe(camera: camera, "frames=2 \(options)")
        let error = try #require(probe.error, "\(probe.output)")
        #expect(error.hasPrefix("/dev/video0: ") && error.contains(words), "\(error)")
    }

    @Test func aCameraThatIsNotThereNamesThoseThatAre() throws {
        let missing = try Probe(camera: "", at: "/dev/video7", "frames=1")
        #expect(missing.error == "/dev/video7: no such camera; this machine has /dev/video0")
        let none = try Probe(camera: "--fault unplug", "frames=1")
        #expect(none.error == "/dev/video0: no such camera; and this machine has no other")
        let metadata = try Probe(camera: "--metadata", at: "/dev/video1", "frames=1")
        #expect(metadata.error?.contains("/dev/video1: not a camera") == true, "\(metadata.output)")
    }

    @Test func onlyOneProgramHasTheCamera() throws {
        let folder = try TemporaryFolder()
        let owner = Process()
        owner.executableURL = URL(fileURLWithPath: Probe.fakeCamera)
        owner.arguments = [
            "--dir", folder.path("cameras"), Repository.sample, "--", Probe.program, "/dev/video0",
        ]
        let lines = Pipe()
        owner.standardOutput = lines
        try owner.run()
        defer { owner.terminate() }
        // It says "open" when it has the camera.
        _ = lines.fileHandleForReading.availableData
        let second = try Repository.run(
            Probe.fakeCamera,
            ["--dir", folder.path("cameras"), "--", Probe.program, "/dev/video0", "frames=1"])
        #expect(Probe(output: second.output).error?.contains("another program uses the camera") == true)
    }

    /// Memory, descriptors and threads, over 200 openings.
    @Test func openingAndClosingLeavesNothingBehind() throws {
        let probe = try Probe(
            camera: "--rate 100 --size 320x180", "cycles=200 frames=3 input_format=mjpeg")
        #expect(probe.frames.count == 600 && probe.error == nil)
        let first = try #require(probe.left.first)
        let last = try #require(probe.left.last)
        #expect(first[0] == last[0] && first[1] == last[1], "\(probe.left)")
        #expect(last[2] - first[2] < 4096, "\(probe.left)")
    }
}
