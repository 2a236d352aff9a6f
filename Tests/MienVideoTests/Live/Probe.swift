import Foundation
import MienVideo
import TestSupport

/// What LiveProbe said of a source.
struct Probe {
    struct Frame {
        var index: Int
        var epoch: Int
        var timestamp: Double
        var captured: Double
        var age: Double
        var isDamaged: Bool
        var size: String
        var mean: Int?
    }

    private(set) var opened: String?
    private(set) var frames: [Frame] = []
    private(set) var outages: [String] = []
    /// The gaps in seconds.
    private(set) var recoveries: [Double] = []
    private(set) var hasEnded = false
    private(set) var error: String?
    private(set) var report: LiveReport?
    private(set) var cpu: (used: Double, elapsed: Double)?
    /// Descriptors, threads and kilobytes, after every 20 cycles.
    private(set) var left: [[Int]] = []
    let output: String

    static let program = Bundle.main.bundleURL.appendingPathComponent("LiveProbe").path
    static let fakeCamera = Repository.root.appendingPathComponent("tools/fake-camera").path

    /// Follows `input` with options of LiveProbe.
    init(_ input: String, _ options: String...) throws {
        self.init(output: try Repository.run(Self.program, [input] + options).output)
    }

    /// Follows `input` where there is a camera that shows the sample, with options of tools/fake-camera.
    init(camera: String, at input: String = "v4l2:///dev/video0", _ options: String) throws {
        let words = (camera + " " + Repository.sample + " -- " + Self.program + " " + input + " " + options)
            .split(separator: " ").map(String.init)
        let run = try Repository.run(Self.fakeCamera, words)
        self.init(output: run.output + run.errors)
    }

    init(output: String) {
        self.output = output
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let rest = String(line.dropFirst(words[0].count + 1))
            switch words[0] {
            case "open": opened = rest
            case "frame":
                frames.append(
                    Frame(
                        index: Int(words[1])!, epoch: Int(words[2])!, timestamp: Double(words[3])!,
                        captured: Double(words[4])!, age: Double(words[5])!, isDamaged: words[6] == "true",
                        size: words[7], mean: Int(words[8])))
            case "outage": outages.append(rest)
            case "recovered": recoveries.append(Double(words[1])!)
            case "end": hasEnded = true
            case "error": error = rest
            case "report": report = try? JSONDecoder().decode(LiveReport.self, from: Data(rest.utf8))
            case "cpu": cpu = (Double(words[1])!, Double(words[3])!)
            case "left": left.append(words.dropFirst().compactMap { Int($0) })
            default: break
            }
        }
    }

    /// Whether indices count from 0 and timestamps rise.
    var isInOrder: Bool {
        frames.map(\.index) == Array(0..<frames.count)
            && zip(frames, frames.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp }
    }
}
