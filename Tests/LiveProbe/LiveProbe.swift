import Foundation
import MienImage
import MienVideo

/// Follows a live source for the tests, which need a process for every camera, and prints a line for every event:
///
///     open WIDTHxHEIGHT CODEC PIXELFORMAT RATE DEVICE
///     frame INDEX EPOCH TIMESTAMP CAPTURED AGE DAMAGED WIDTHxHEIGHT MEAN     (MEAN is - with skip)
///     outage REASON | recovered GAP ATTEMPTS | end | error MESSAGE
///     report JSON | cpu SECONDS of SECONDS | left DESCRIPTORS THREADS KILOBYTES
///
///     LiveProbe INPUT [name=value...]
///
/// What is no option of its own goes to FFmpeg.
@main
struct LiveProbe {
    private let input: String
    private var options = LiveOptions()
    private var limit = Int.max
    private var seconds = Double.infinity
    private var skips = false
    private var cycles = 1

    static func main() {
        LiveProbe(Array(CommandLine.arguments.dropFirst())).run()
    }

    private init(_ words: [String]) {
        input = words.first ?? ""
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            set(parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    private mutating func set(_ name: String, _ value: String) {
        switch name {
        case "frames": limit = Int(value) ?? limit
        case "seconds": seconds = Double(value) ?? seconds
        case "cycles": cycles = Int(value) ?? cycles
        case "skip": skips = true
        case "format": options.format = value
        case "size": options.videoSize = Self.size(value)
        case "rate": options.frameRate = Double(value)
        case "input_format": options.inputFormat = value
        case "open": options.openTimeout = Double(value)
        case "read": options.readTimeout = Double(value)
        case "realtime": options.realtime = true
        case "no_reconnect": options.reconnection.isEnabled = false
        case "give_up": options.reconnection.giveUpAfter = Double(value)
        case "cancel":
            let cancellation = options.cancellation
            Thread.detachNewThread {
                usleep(UInt32((Double(value) ?? 0) * 1e6))
                cancellation.cancel()
            }
        default: options.inputOptions[name] = value
        }
    }

    private func run() {
        for cycle in 1...cycles {
            follow()
            if cycle % 20 == 0 || cycle == cycles {
                say("left \(entries("fd")) \(entries("task")) \(residentKilobytes())")
            }
        }
    }

    private static func size(_ text: String) -> PictureSize? {
        let parts = text.split(separator: "x").compactMap { Int($0) }
        return parts.count == 2 ? PictureSize(width: parts[0], height: parts[1]) : nil
    }

    private func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private func mean(_ image: Image) -> Int {
        var sum = 0
        for y in stride(from: 0, to: image.height, by: 8) {
            for x in 0..<3 * image.width { sum += Int(image.baseAddress[y * image.bytesPerRow + x]) }
        }
        return sum / (3 * image.width * ((image.height + 7) / 8))
    }

    private func describe(_ frame: LiveFrame) throws -> String {
        let age = MonotonicClock.now - frame.captured
        let brightness = skips ? "-" : "\(mean(try frame.convert().image))"
        return
            "frame \(frame.index) \(frame.epoch) \(frame.timestamp) \(frame.captured) \(age) \(frame.isDamaged) \(frame.width)x\(frame.height) \(brightness)"
    }

    /// Reads until there is enough; the last line says why.
    private func follow() {
        do {
            let reader = try LiveReader(input, options: options)
            let properties = reader.properties
            let rate = properties.averageFrameRate?.value.asRate ?? "-"
            say(
                "open \(properties.width)x\(properties.height) \(properties.codec) \(properties.pixelFormat) \(rate) \(reader.deviceName ?? "-")"
            )
            let start = MonotonicClock.now
            var (count, time) = (0, clock())
            loop: while count < limit, MonotonicClock.now - start < seconds {
                switch try reader.next() {
                case .frame(let frame):
                    say(try describe(frame))
                    count += 1
                    // The first frames pay for what is made once.
                    if count == 3 { time = clock() }
                case .outage(let outage): say("outage \(outage.reason)")
                case .recovered(let recovery): say("recovered \(recovery.gap) \(recovery.attempts)")
                case nil:
                    say("end")
                    break loop
                }
            }
            say("report " + String(decoding: try JSONEncoder().encode(reader.report), as: UTF8.self))
            say("cpu \(Double(clock() - time) / Double(CLOCKS_PER_SEC)) of \(MonotonicClock.now - start)")
        } catch {
            say("error \(error)")
        }
    }

    private func entries(_ kind: String) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(kind)").count) ?? 0
    }

    private func residentKilobytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return Int(text.split(separator: " ").dropFirst().first ?? "0")! * Int(getpagesize()) / 1024
    }
}
