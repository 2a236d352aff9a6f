import Foundation
import TestSupport
import Testing

/// `mien devices`, on cameras that tools/fake-camera stands in for.
@Suite struct DevicesCommandTests {
    private let mien = Bundle.main.bundleURL.appendingPathComponent("mien").path

    private func devices(
        _ camera: String, _ options: String...
    ) throws -> (status: Int32, output: String, errors: String) {
        let words = camera.split(separator: " ").map(String.init)
        let tool = Repository.root.appendingPathComponent("tools/fake-camera").path
        return try Repository.run(tool, words + ["--", mien, "devices"] + options)
    }

    @Test func listsCamerasAndWhatTheyOffer() throws {
        let list = try devices("--metadata --size 640x360,320x180 --rate 30,15 \(Repository.sample)")
        #expect(list.status == 0 && list.errors.isEmpty, "\(list.errors)")
        #expect(
            list.output == """
                /dev/video0  Fake Camera 0
                    /dev/v4l/by-id/usb-Fake_Camera_0-video-index0
                    YUYV (-input_format yuyv422), YUYV 4:2:2
                        640x360 at 30, 15 frames/s
                        320x180 at 30, 15 frames/s
                    MJPG (-input_format mjpeg), Motion-JPEG
                        640x360 at 30, 15 frames/s
                        320x180 at 30, 15 frames/s

                """)
    }

    @Test func printsJSON() throws {
        let list = try devices("\(Repository.sample) \(Repository.sample)", "--json")
        let cameras = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
        #expect(cameras?.map { $0["url"] as? String } == ["v4l2:///dev/video0", "v4l2:///dev/video1"])
        let formats = cameras?.first?["formats"] as? [[String: Any]]
        #expect(formats?.map { $0["code"] as? String } == ["YUYV", "MJPG"])
        let none = try devices("--none", "--json")
        #expect(none.status == 2 && none.output == "[\n\n]\n", "\(none.output)")
    }

    @Test(arguments: [
        ("denied", "cannot be used now: permission denied; cameras belong to the group `video`"),
        ("busy-open", "cannot be used now: another program uses it"),
    ]) func saysWhatIsWrong(fault: String, words: String) throws {
        let list = try devices("--fault \(fault) \(Repository.sample)")
        #expect(list.status == 0 && list.output.contains(words), "\(list.output)")
    }

    @Test func saysThatACameraIsInUse() throws {
        let folder = try TemporaryFolder()
        let cameras = folder.path("cameras")
        let owner = Process()
        owner.executableURL = Repository.root.appendingPathComponent("tools/fake-camera")
        owner.arguments = ["--dir", cameras, Repository.sample, "--"]
        owner.arguments? += [
            "ffmpeg", "-nostdin", "-v", "quiet", "-f", "v4l2", "-i", "/dev/video0", "-f", "null", "-",
        ]
        try owner.run()
        defer { owner.kill() }
        var list = try devices("--dir \(cameras)")
        // Until ffmpeg has it.
        for _ in 0..<100 where !list.output.contains("another program uses it") {
            usleep(50_000)
            list = try devices("--dir \(cameras)")
        }
        #expect(list.output.contains("cannot be used now: another program uses it"), "\(list)")
    }

    @Test func saysWhyThereIsNone() throws {
        let list = try devices("--none")
        #expect(list.status == 2 && list.output.isEmpty)
        #expect(list.errors.contains("mien: no camera found: there is no /dev/video*"), "\(list.errors)")
        let metadata = try devices("--metadata --fault video0:unplug \(Repository.sample)")
        #expect(
            metadata.errors.contains("no camera found: /dev/video1: this gives no pictures"),
            "\(metadata.errors)")
        #expect(try Repository.run(mien, ["devices", "/dev/video0"]).status == 1)
    }
}
