import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file next to the destination. ``commit()`` makes them durable and renames; a
/// value that goes away before that removes what it wrote.
struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isCommitted = false

    init(path: String) throws(TensorError) {
        var name = ""
        var opened: Int32 = -1
        repeat {
            name = "\(path).\(UInt32.random(in: 0...UInt32.max)).partial"
            opened = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        } while opened < 0 && errno == EEXIST
        guard opened >= 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
        self.path = path
        temporary = name
        descriptor = opened
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    /// Writes at the current position.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TensorError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Glibc.write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure() }
            rest = rest.dropFirst(written)
        }
    }

    /// Moves the position to `offset`, in bytes from the start.
    func seek(to offset: Int) throws(TensorError) {
        guard lseek(descriptor, offset, SEEK_SET) == offset else { throw failure() }
    }

    /// Puts the file in its place, over whatever was there.
    consuming func commit() throws(TensorError) {
        guard fsync(descriptor) == 0 else { throw failure() }
        guard rename(temporary, path) == 0 else { throw failure() }
        isCommitted = true
        syncDirectory()
    }

    /// Makes the rename durable. A file system that cannot do this still has the file, so failure is ignored.
    private func syncDirectory() {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private func failure() -> TensorError {
        .cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
}
