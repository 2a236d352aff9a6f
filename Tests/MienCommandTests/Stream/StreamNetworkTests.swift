import Foundation
import Glibc
import TestSupport
import Testing

/// `mien stream` on networks; senders are ffmpeg's, on this machine.
@Suite struct StreamNetworkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Sends the sample over and over at its own pace; with a length, so much at a time, with nobody there between.
    private func send(_ target: String, seconds: Double? = nil) throws -> Background {
        let length = seconds.map { "-t \($0)" } ?? ""
        // A key frame twice a second: who comes later must not wait long.
        let line =
            "ffmpeg -nostdin -v quiet -re -stream_loop -1 -i '\(Repository.sample)' \(length) -an -c:v mpeg2video -q:v 3 -g 12 -f mpegts \(target)"
        return try Background(
            "bash",
            ["-c", "for k in 1 2 3 4 5 6 7 8; do timeout --foreground -s KILL 30 \(line); sleep 0.4; done"],
            in: folder)
    }

    @Test func udpIsFollowed() throws {
        let port = try freePort()
        let sender = try send("udp://127.0.0.1:\(port)?pkt_size=1316")
        defer { withExtendedLifetime(sender) {} }
        let run = try Streaming("udp://127.0.0.1:\(port)", "-t 1", in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.rows.isInOrder && run.rows.faces == [0] && run.rows.count > 12)
    }

    @Test func aSenderMayEndAndReturn() throws {
        let port = try freePort()
        let sender = try send("-listen 1 http://127.0.0.1:\(port)/live", seconds: 1.5)
        defer { withExtendedLifetime(sender) {} }
        try waitForListener(port)
        let run = try Streaming("http://127.0.0.1:\(port)/live", "-t 4", in: folder)
        let rows = try run.rows
        #expect(run.status == 0 && rows.isInOrder && rows.count(.outage) >= 1, "\(run.errors)")
        let outage = try #require(rows.firstIndex { $0.status == .outage })
        #expect(rows[outage...].contains { $0.faceID == 0 }, "\(run.errors)")
        #expect(run.errors.contains("trying again") && run.errors.contains("is back"), "\(run.errors)")
    }

    @Test func nobodySends() throws {
        let silent = try Streaming("udp://127.0.0.1:\(freePort())", "--open-timeout 0.5 -o a.csv", in: folder)
        #expect(silent.status == 2 && silent.errors.contains("no answer within 0.5 s"), "\(silent)")
        let closed = try Streaming("http://127.0.0.1:\(freePort())/live", "-o a.csv", in: folder)
        #expect(closed.status == 2 && closed.errors.contains("Connection refused"), "\(closed)")
        #expect(!folder.has("a.csv"))
    }

    private func waitForListener(_ port: UInt16) throws {
        let address = String(format: "0100007F:%04X", Int(port))
        for _ in 0..<300 {
            let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
            if table.contains(" \(address) 00000000:0000 0A") { return }
            usleep(20_000)
        }
    }
}

/// A port of this machine that nobody uses.
private func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) {
        try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            try #require(bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0)
        }
    }
    return UInt16(bigEndian: address.sin_port)
}
