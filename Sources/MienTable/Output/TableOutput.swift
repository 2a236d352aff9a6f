import Foundation
import MienTimeline

/// Turns the name of an output into the sink for it.
public enum TableOutput {
    /// Whether `path` names a file, there or not, and no pipe or device.
    package static func isFile(_ path: String) -> Bool {
        if path == "-" { return false }
        var info = stat()
        let special = [S_IFCHR, S_IFIFO, S_IFSOCK]
        return stat(path, &info) != 0 || !special.contains(info.st_mode & S_IFMT)
    }

    /// The sink for `path`: `-` is the standard output; a pipe or a device is written as it is; anything else
    /// is a ``FileSink``.
    ///
    /// - Throws: What ``FileSink/init(path:replacing:)`` throws.
    public static func sink(
        for path: String, replacing: Bool = false
    ) throws(TimelineError) -> any TableSink {
        if path == "-" { return DescriptorSink.standardOutput() }
        if isFile(path) { return try FileSink(path: path, replacing: replacing) }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
        return DescriptorSink(descriptor: descriptor, name: path, closes: true)
    }
}
