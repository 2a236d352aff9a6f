import Foundation

/// One line on the terminal that says how far a run has come, how fast it is and when it will be done.
///
/// Silent unless standard error is a terminal.
final class ProgressLine {
    private let name: String
    private let unit: String
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?

    /// - Parameter unit: What is counted, in the plural.
    init(name: String, unit: String = "frames") {
        self.name = name
        self.unit = unit
    }

    /// Draws the line, at most ten times a second.
    ///
    /// - Parameter total: The number expected, if known.
    func update(frames: Int, of total: Int?) {
        guard Console.isTerminal else { return }
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < .milliseconds(100) { return }
        lastDrawn = now
        Console.write(
            "\r\u{1B}[K" + text(frames: frames, of: total, elapsed: (now - start).inSeconds),
            to: STDERR_FILENO)
    }

    /// Removes the line.
    func clear() {
        guard lastDrawn != nil else { return }
        Console.write("\r\u{1B}[K", to: STDERR_FILENO)
    }

    func text(frames: Int, of total: Int?, elapsed: Double) -> String {
        let rate = elapsed > 0 ? Double(frames) / elapsed : 0
        var text = "\(name): \(frames)"
        if let total, total >= frames, total > 0 {
            text += " of \(total) \(unit) (\(frames * 100 / total) %)"
        } else {
            text += " \(unit)"
        }
        text += String(format: ", %.1f %@/s", rate, unit)
        if let total, total > frames, rate > 0 {
            text += ", \(Self.clock(Double(total - frames) / rate)) left"
        }
        return text
    }

    /// A duration as minutes and seconds, with hours where there are any.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return whole >= 3600
            ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
            : String(format: "%d:%02d", whole / 60, whole % 60)
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
