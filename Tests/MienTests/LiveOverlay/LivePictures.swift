import Foundation
import Mien
import MienImage
import MienTimeline
import MienVideo
import Testing

/// Pictures for a live overlay, as a camera gives them.
enum LivePictures {
    static let format = PictureFormat(
        width: 160, height: 120, timeBase: Rational(1, 1000), frameRate: Rational(20, 1))

    /// A bright picture, different for every number.
    static func image(_ number: Int, width: Int = 160, height: Int = 120) -> Image {
        let image = Image(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                image[x, y] = (200, UInt8(truncatingIfNeeded: 150 + (x + number) % 80), 180)
            }
        }
        return image
    }

    static func reading(_ number: Int, status: FrameStatus = .ok) -> FaceReading {
        FaceReading(
            frame: number, faceID: 0, timestamp: Double(number - 1) / 20, confidence: 0.9, status: status,
            box: FaceRectangle(x: 40, y: 30, width: 60, height: 60),
            smoothedExpression: ExpressionScores(repeating: 0.125))
    }
}

extension LiveOverlay {
    /// Sends a picture and waits until it is written, as it is when the machine is fast enough.
    func write(_ number: Int, at time: Double, image: Image? = nil) throws {
        let before = run
        send(
            image ?? LivePictures.image(number), timestamp: time, number: number,
            readings: [LivePictures.reading(number)])
        try waitUntil { failure != nil || run != before }
    }
}

/// Waits for something that another thread or process does; it is an error if it does not happen.
func waitUntil(seconds: Double = 20, _ condition: () throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        try #require(Date() < deadline, "waited for \(seconds) s in vain")
        usleep(2000)
    }
}

/// An ffmpeg or another program in the background.
final class BackgroundTool {
    private let process = Process()

    init(_ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { if process.isRunning { stop() } }

    var isRunning: Bool { process.isRunning }

    /// Kills it: other signals are blocked in what a thread of Dispatch starts.
    func stop() { kill(process.processIdentifier, SIGKILL) }

    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// A port of this machine that nobody uses.
func freePort(_ kind: __socket_type) throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    try #require(status)
    return UInt16(bigEndian: address.sin_port)
}

/// Waits until somebody listens on a TCP port of this machine.
func waitForListener(_ port: UInt16) throws {
    let socket = String(format: ":%04X 00000000:0000 0A", Int(port))
    try waitUntil { try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).contains(socket) }
}

/// The times of a video's frames, in seconds from the first.
func frameTimes(_ path: String) throws -> [Double] {
    let reader = try VideoReader(path)
    var times: [Double] = []
    while let frame = try reader.next() { times.append(frame.timestamp) }
    return times
}
