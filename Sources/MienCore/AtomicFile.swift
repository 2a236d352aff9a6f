import Foundation

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file next to the destination. ``commit()`` makes them durable and renames; a
/// value that goes away before that removes what it wrote.
package struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isCommitted = false

    /// Starts the file.
    package init(path: String) throws(SystemError) {
        var name = ""
        var opened: Int32 = -1
        repeat {
            name = "\(path).\(UInt32.random(in: 0...UInt32.max)).partial"
            opened = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        } while opened < 0 && errno == EEXIST
        guard opened >= 0 else { throw SystemError() }
        self.path = path
        temporary = name
        descriptor = opened
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    /// Writes a whole file: `path` holds either what it held before or all of `bytes`.
    package static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit()
    }

    /// Writes at the current position.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        let (_, code) = writeAll(bytes.span, to: descriptor)
        if code != 0 { throw SystemError(code: code) }
    }

    /// Moves the position to `offset`, in bytes from the start.
    package func seek(to offset: Int) throws(SystemError) {
        guard lseek(descriptor, offset, SEEK_SET) == offset else { throw SystemError() }
    }

    /// Puts the file in its place, over whatever was there.
    package consuming func commit() throws(SystemError) {
        try synchronize(descriptor)
        guard rename(temporary, path) == 0 else { throw SystemError() }
        isCommitted = true
        synchronizeFolder(of: path)
    }
}
