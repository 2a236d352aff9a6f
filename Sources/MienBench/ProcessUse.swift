import Foundation

/// What this process holds at the moment, from /proc.
package struct ProcessUse: Codable, Sendable, Equatable {
    /// The resident memory in bytes.
    package var residentBytes = 0
    /// The number of threads.
    package var threads = 0
    /// The number of open descriptors.
    package var descriptors = 0

    enum CodingKeys: String, CodingKey {
        case threads, descriptors
        case residentBytes = "resident_bytes"
    }

    /// Reads the figures; 0 where the system does not tell.
    package static var now: ProcessUse {
        var use = ProcessUse()
        if let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        {
            use.residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
        let files = FileManager.default
        use.threads = (try? files.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
        use.descriptors = (try? files.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        return use
    }
}
