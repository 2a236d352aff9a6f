import Foundation
import MienVideo
import TestSupport
import Testing

/// The reader on networks, pipes and files; servers are ffmpeg's, on this machine.
@Suite struct StreamTests {
    @Test func udpIsFollowed() throws {
        let port = try freePort()
        let sender = try Sender("-f mpegts udp://127.0.0.1:\(port)?pkt_size=1316")
        defer { sender.stop() }
        let probe = try Probe("udp://127.0.0.1:\(port)", "frames=20")
        #expect(probe.opened?.hasPrefix("160x120 mpeg2video") == true, "\(probe.output)")
        #expect(probe.frames.count == 20 && probe.isInOrder)
    }

    @Test(arguments: ["tcp", "http"]) func aServerThatVanishesAndReturns(scheme: String) throws {
        let port = try freePort()
        let url = "\(scheme)://127.0.0.1:\(port)" + (scheme == "http" ? "/live" : "?listen=1")
        let target = "-f mpegts " + (scheme == "http" ? "-listen 1 " : "") + url
        let senders = Thread {
            // A second of video at a time; between, nobody listens.
            for _ in 0..<6 {
                let sender = try? Sender("-t 1.5 " + target)
                sender?.wait()
                usleep(300_000)
            }

        }
        senders.start()
        try waitForListener(port)
        let probe = try Probe(
            scheme == "http" ? url : "tcp://127.0.0.1:\(port)", "seconds=20", "frames=60", "read=3")
        #expect(probe.outages.count >= 1 && probe.recoveries.count >= 1, "\(probe.output)")
        #expect(probe.isInOrder && probe.frames.contains { $0.epoch == 1 })
        #expect(probe.recoveries.allSatisfy { $0 > 0.1 })
    }

    @Test func rtspIsReceived() throws {
        let port = try freePort()
        let url = "rtsp://127.0.0.1:\(port)/live"
        let pusher = Thread {
            // Until there is somebody to push to.
            for _ in 0..<40 {
                let sender = try? Sender("-t 4 -f rtsp -rtsp_transport tcp \(url)")
                sender?.wait()
                if sender?.succeeded == true { return }
                usleep(200_000)
            }
        }
        pusher.start()
        let probe = try Probe(url, "rtsp_flags=listen", "frames=20", "no_reconnect")
        #expect(probe.frames.count == 20 && probe.isInOrder, "\(probe.output)")
    }

    @Test(arguments: ["tcp://", "http://", "rtsp://"]) func aSilentServerIsNotWaitedForLong(scheme: String)
        throws
    {
        let server = try SilentServer()
        let url = "\(scheme)127.0.0.1:\(server.port)"
        #expect(
            try Probe(url, "open=0.5").error
                == "\(url): no answer within 0.5 s; expected a source that sends data")
    }

    @Test func silentUDPIsNotWaitedForLong() throws {
        let url = "udp://127.0.0.1:\(try freePort())"
        #expect(
            try Probe(url, "open=0.5").error
                == "\(url): no answer within 0.5 s; expected a source that sends data")
    }

    @Test func nobodyListens() throws {
        let url = "tcp://127.0.0.1:\(try freePort())"
        let error = try #require(try Probe(url).error)
        #expect(error.hasPrefix(url + ": ") && error.contains("Connection refused"), "\(error)")
    }

    @Test func aPipeIsReadToItsEnd() throws {
        let clip = try ClipFolder.shared(.bFrames)
        let run = try Repository.run(
            "bash", ["-c", "ffmpeg -v error -i '\(clip)' -c copy -f mpegts - | '\(Probe.program)' -"])
        let probe = Probe(output: run.output)
        #expect(probe.frames.count == 20 && probe.isInOrder && probe.hasEnded, "\(probe.output)")
        #expect(probe.outages.isEmpty && probe.report?.endedEarly == nil)
    }

    @Test func aFileIsReadAsAlways() throws {
        let clip = try ClipFolder.shared(.variableRate)
        let probe = try Probe(clip)
        let expected = try Reading(clip)
        #expect(probe.frames.map(\.timestamp) == expected.rows.map(\.timestamp) && probe.hasEnded)
        let cut = try Probe(ClipFolder.shared(.truncated))
        #expect(cut.report?.endedEarly != nil && cut.hasEnded && cut.frames.count == 35)
    }

    @Test func aFileIsPlayedAtItsOwnPace() throws {
        let clip = try ClipFolder.shared(.bFrames)
        let probe = try Probe(clip, "realtime", "frames=10")
        #expect(probe.frames.count == 10)
        for (frame, next) in zip(probe.frames, probe.frames.dropFirst()) {
            #expect(abs(next.captured - frame.captured - (next.timestamp - frame.timestamp)) < 1e-6)
        }
        // Never before its time.
        #expect(probe.frames.allSatisfy { $0.age >= 0 })
        let cpu = try #require(probe.cpu)
        #expect(cpu.elapsed >= 0.89 && cpu.used < 0.7 * cpu.elapsed, "\(cpu)")
    }

    @Test func aWrongOptionIsRefused() throws {
        let clip = try ClipFolder.shared(.bFrames)
        #expect(try Probe(clip, "no_such_option=1").error?.contains("knows no option") == true)
    }
}

/// An ffmpeg that sends its test picture at its own pace.
private final class Sender: @unchecked Sendable {
    private let process = Process()

    init(_ target: String) throws {
        let source = "-nostdin -v quiet -re -f lavfi -i testsrc2=s=160x120:r=20 -c:v mpeg2video -g 5 -bf 0 "
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg"] + (source + target).split(separator: " ").map(String.init)
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var succeeded: Bool { process.terminationStatus == 0 }
    func wait() { process.waitUntilExit() }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

/// A port of this machine that nobody uses.
private func freePort() throws -> UInt16 { try SilentServer().port }

private func waitForListener(_ port: UInt16) throws {
    let address = String(format: "0100007F:%04X", Int(port))
    for _ in 0..<200 {
        let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
        if table.split(separator: "\n").contains(where: { $0.contains(" \(address) 00000000:0000 0A") }) {
            return
        }
        usleep(50_000)
    }
    throw ToolFailure(text: "nobody listens on port \(port)")
}
