import Foundation
import MienCore
import MienTimeline

/// Writes a file that others read while it grows: it is under its own name from the start.
///
/// Rows go straight to the system, whole ones only: what a failed write left of a row is cut off, and a process
/// that is killed leaves a table of all rows written so far.
public final class LiveFileSink: TableSink {
    /// The file's name. If that is a symbolic link, this is the file it points to.
    public let path: String

    private var descriptor: Int32
    private var length = 0

    /// Starts the file.
    ///
    /// - Parameter replacing: Whether a file of this name may be replaced.
    /// - Throws: ``TimelineError`` `.exists` if there is one that may not, `.inUse` if another process is writing
    ///   it, `.cannotOpen` otherwise.
    public init(path: String, replacing: Bool = false) throws(TimelineError) {
        self.path = FileSink.target(of: path)
        descriptor = open(
            self.path, O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (replacing ? 0 : O_EXCL), 0o666)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .exists(path: path) }
            throw .cannotCreate(path, code: errno)
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(descriptor)
            throw .inUse(path: path)
        }
        guard ftruncate(descriptor, 0) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotOpen(path: path, code: code)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends `rows`. If that fails, those that were written whole stay.
    ///
    /// - Throws: `.cannotWrite`.
    public func write(_ rows: Span<UInt8>) throws(TimelineError) {
        let code = appendRows(rows, to: descriptor, length: &length)
        if code != 0 { throw .cannotWrite(path: path, code: code) }
    }

    /// Makes the rows durable and closes the file.
    ///
    /// - Throws: `.cannotWrite`.
    public func commit() throws(TimelineError) {
        precondition(descriptor >= 0, "\(path) was ended before")
        defer {
            close(descriptor)
            descriptor = -1
        }
        do { try synchronize(descriptor) } catch { throw .cannotWrite(path: path, code: error.code) }
    }
}
