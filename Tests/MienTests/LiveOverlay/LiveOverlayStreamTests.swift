import Foundation
import Mien
import MienTimeline
import MienVideo
import TestSupport
import Testing

/// Live overlays that go to pipes and servers; those are ffmpeg's, on this machine.
@Suite struct LiveOverlayStreamTests {
    private let folder: TemporaryFolder
    private let received: String

    init() throws {
        folder = try TemporaryFolder()
        received = folder.path("received.mkv")
    }

    private func overlay(_ output: String, patience: Double = LiveOverlay.patience) throws -> LiveOverlay {
        try LiveOverlay(output: output, replacing: false, format: LivePictures.format, patience: patience)
    }

    private func fifo() throws -> String {
        let path = folder.path("fifo")
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }

    /// An ffmpeg that stores `frames` of what it is sent.
    private func receiver(_ input: String..., frames: Int? = nil) throws -> BackgroundTool {
        let limit = frames.map { ["-frames:v", "\($0)"] } ?? []
        return try BackgroundTool(
            ["ffmpeg", "-v", "quiet", "-y"] + input + ["-c", "copy"] + limit + [received])
    }

    /// Sends pictures at 20 a second until `isDone`.
    private func send(to overlay: LiveOverlay, until isDone: () -> Bool) throws {
        var number = 0
        try waitUntil {
            number += 1
            overlay.send(
                LivePictures.image(number), timestamp: Double(number) / 20, number: number,
                readings: [LivePictures.reading(number)])
            usleep(50_000)
            return isDone()
        }
    }

    @Test func aNamedPipeIsRead() throws {
        let path = try fifo()
        let reader = try receiver("-i", path)
        let overlay = try overlay(path)
        for number in 1...40 { try overlay.write(number, at: Double(number) / 20) }
        let run = try overlay.finish()
        #expect(run.frames + run.dropped == 40 && run.frames >= 38)
        #expect(reader.wait() == 0)
        #expect(try frameTimes(received).count == run.frames)
    }

    @Test func datagramsAreRead() throws {
        let url = "udp://127.0.0.1:\(try freePort(SOCK_DGRAM))"
        let reader = try receiver("-i", url, frames: 20)
        let overlay = try overlay(url)
        try send(to: overlay) { !reader.isRunning }
        #expect(reader.wait() == 0)
        try overlay.finish()
        let times = try frameTimes(received)
        #expect(times.count == 20)
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 0.05) < 2e-3 }, "\(times)")
    }

    @Test(arguments: ["tcp", "rtmp", "rtsp"]) func aServerReceives(scheme: String) throws {
        let port = try freePort(SOCK_STREAM)
        let url = "\(scheme)://127.0.0.1:\(port)" + (scheme == "tcp" ? "" : "/live/face")
        let reader =
            switch scheme {
            case "tcp": try receiver("-i", url + "?listen=1", frames: 20)
            case "rtmp": try receiver("-listen", "1", "-i", url, frames: 20)
            default: try receiver("-rtsp_flags", "listen", "-i", url, frames: 20)
            }
        try waitForListener(port)
        let overlay = try overlay(url)
        try send(to: overlay) { !reader.isRunning }
        #expect(reader.wait() == 0)
        #expect(try frameTimes(received).count == 20)
    }

    @Test func aServerThatGoesAwayIsNamed() throws {
        let port = try freePort(SOCK_STREAM)
        let url = "tcp://127.0.0.1:\(port)"
        let reader = try receiver("-i", url + "?listen=1")
        try waitForListener(port)
        let overlay = try overlay(url)
        try send(to: overlay) { overlay.run.frames > 5 }
        reader.stop()
        try send(to: overlay) { overlay.failure != nil }
        let message = try #require(overlay.failure).description
        #expect(message.hasPrefix(url + ": cannot be written ("), "\(message)")
        let error = #expect(throws: MienError.self) { try overlay.finish() }
        #expect(error?.description == message)
    }

    @Test func nobodyListens() throws {
        let url = "tcp://127.0.0.1:\(try freePort(SOCK_STREAM))"
        let overlay = try overlay(url)
        try waitUntil { overlay.failure != nil }
        // FFmpeg may say the rest of it again.
        let message = try #require(overlay.failure?.description)
        #expect(message.hasPrefix("\(url): cannot be written (Connection refused"))
    }

    @Test func aClosedPipeIsSaid() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[1]) }
        let overlay = try overlay("pipe:\(ends[1])")
        close(ends[0])
        // The process does not die of it, though nobody ignores the signal here.
        try send(to: overlay) { overlay.failure != nil }
        #expect(
            overlay.failure?.description == "pipe:\(ends[1]): cannot be written (its reader is gone)")
        overlay.send(LivePictures.image(1), timestamp: 100, number: 1, readings: [])
        #expect(throws: MienError.self) { try overlay.finish() }
    }

    @Test func aFullDeviceIsSaid() throws {
        let overlay = try overlay("/dev/full")
        try send(to: overlay) { overlay.failure != nil }
        #expect(
            overlay.failure?.description == "/dev/full: cannot be written (No space left on device)")
    }

    @Test func aPipeThatNobodyReadsIsGivenUp() throws {
        let path = try fifo()
        let overlay = try overlay(path, patience: 0.3)
        try waitUntil { overlay.failure != nil }
        #expect(
            overlay.failure?.description == "\(path): cannot be written (nobody read the pipe within 0.3 s)")
        // The end comes while there is still hope.
        let second = try self.overlay(path)
        second.send(LivePictures.image(1), timestamp: 0, number: 1, readings: [])
        let error = #expect(throws: MienError.self) { try second.finish() }
        #expect(error?.description == "\(path): cannot be written (nobody read the pipe)")
    }

    @Test func aReaderThatDoesNotReadCostsPicturesAndNoTime() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let overlay = try overlay("pipe:\(ends[1])")
        try send(to: overlay) { overlay.run.dropped > 10 }
        #expect(overlay.failure == nil)
        let error = #expect(throws: MienError.self) { try overlay.finish() }
        #expect(error?.description.contains("did not take the end of the video") == true)
    }

    @Test(arguments: [
        ("clip.avi", ".mp4, .m4v, .mov, .mkv, .ts"), ("clip", "rtmp://"), ("http://host/x", "rtmp://"),
        ("gopher://host/x.mp4", "udp://"), ("pipe:77", "not open"), ("", "a pipe"), ("pipe:x", "a pipe"),
    ]) func whatCannotBeWrittenIsSaidBefore(output: String, words: String) {
        let error = #expect(throws: MienError.self) { try LiveOverlay.check(output: output) }
        #expect(error?.description.hasPrefix(output + ": ") == true)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "clip.mp4", "a/b:c.MKV", "live.ts", "file:x.mov", "/dev/null", "rtmp://host/app/key",
        "rtmps://host/a",
        "udp://239.0.0.1:1234", "tcp://host:1", "unix:/tmp/socket", "rtsp://host/x",
    ]) func whatCanBeWrittenIsAccepted(output: String) throws {
        try LiveOverlay.check(output: output)
    }
}
