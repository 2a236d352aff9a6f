import Foundation

/// A call of the system failed.
package struct SystemError: Error, CustomStringConvertible {
    /// The `errno` of the call.
    package let code: Int32

    package init(code: Int32 = errno) { self.code = code }

    /// Whether the file system, such as a network mount, has nothing of the kind that was asked for.
    package var isUnsupported: Bool { [EINVAL, ENOSYS, EOPNOTSUPP, ENOLCK].contains(code) }

    package var description: String { String(cString: strerror(code)) }
}

/// Writes `bytes` to `descriptor`, whatever it takes: interrupted calls, partial writes, a pipe that does not
/// block. Returns how many bytes were written, and the `errno` that kept it from writing more, or 0.
package func writeAll(_ bytes: Span<UInt8>, to descriptor: Int32) -> (written: Int, code: Int32) {
    bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < buffer.count {
            let count = Foundation.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR:
                continue
            case EAGAIN:
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            case let code:
                return (written, code)
            }
        }
        return (written, 0)
    }
}

/// Makes the bytes of an open file durable, where its file system can.
///
/// - Throws: The system's error, a full disk among them.
package func synchronize(_ descriptor: Int32) throws(SystemError) {
    guard fsync(descriptor) != 0 else { return }
    let error = SystemError()
    if !error.isUnsupported { throw error }
}

/// Makes the name of the file at `path` durable where the file system can; where it cannot, the file is no less whole.
package func synchronizeFolder(of path: String) {
    let folder = path.parentFolder
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}

/// Whether two paths name one file, by whatever links. Where either does not exist, only equal paths do.
package func isSameFile(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return first == second }
    return one.st_ino == other.st_ino && one.st_dev == other.st_dev
}
