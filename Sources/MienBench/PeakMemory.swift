import Foundation

/// The most memory the process has had resident at once, as the kernel counts it.
package enum PeakMemory {
    /// Forgets the past: the peak is what is resident now.
    package static func reset() {
        // Documented in proc(5): 5 resets the peak resident set size.
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    /// The peak since the start or the last reset in bytes, or nil where there is no /proc.
    package static var bytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
