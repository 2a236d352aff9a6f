import Foundation
import MienCore
import MienTimeline

/// Writes a file that appears under its name only when it is complete.
///
/// Rows go to `NAME.partial` beside it, straight to the system; ``commit()`` makes them durable and renames the
/// file. Whatever happens before that (an error, a full disk, a killed process), `NAME` is what it was, and the
/// partial file keeps the rows written so far, cut after the last whole one if writing failed.
/// ``discard()`` removes it.
///
/// A sink that resumes begins with the rows an interrupted run left. It takes the table from its first row
/// again, compares what is in the file already instead of writing it, and goes on where the file ends.
public final class FileSink: TableSink {
    /// The file's final name. If that is a symbolic link, this is the file it points to.
    public let path: String
    /// Where the rows are until then.
    public var partialPath: String { Self.partialPath(for: path) }

    private let replacing: Bool
    private var descriptor: Int32
    /// The length of the file up to the last whole row.
    package private(set) var length = 0
    /// How many bytes of the table have been given to ``write(_:)``; less than `length` while rows come again.
    private var received = 0

    /// The name under which the rows of an unfinished `path` are.
    public static func partialPath(for path: String) -> String { path + ".partial" }

    /// The file that `path` names, through symbolic links where it exists.
    package static func target(of path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Starts a file.
    ///
    /// - Parameter replacing: Whether a file of this name, or the rows of an interrupted run, may be replaced.
    /// - Throws: ``TimelineError`` `.exists` or `.unfinished` if there is something that may not be replaced,
    ///   `.inUse` if another process is writing this very file, `.cannotOpen` otherwise.
    public convenience init(path: String, replacing: Bool = false) throws(TimelineError) {
        try self.init(path: path, existing: replacing ? .replace : .refuse)
    }

    /// Starts a file, or goes on with one.
    ///
    /// If rows of an interrupted run are kept, `length` says how many bytes there are, and `keep(upTo:)` how many of
    /// them are to stay.
    package init(path: String, existing: ExistingTable) throws(TimelineError) {
        self.path = Self.target(of: path)
        replacing = existing.isReplaced
        if isDirectory(self.path) { throw .cannotOpen(path: path, code: EISDIR) }
        if !replacing, access(self.path, F_OK) == 0 { throw .exists(path: path) }
        let claim = try claim(self.path, existing: existing)
        descriptor = claim.descriptor
        length = claim.length
        // Another run may have finished the file between the look at its name and the claim.
        if !replacing, access(self.path, F_OK) == 0 {
            if length == 0 { discard() }
            throw .exists(path: path)
        }
    }

    /// Writes a whole file at once; one that fails leaves nothing behind.
    ///
    /// - Throws: What ``init(path:replacing:)``, ``write(_:)`` and ``commit()`` throw.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(TimelineError) {
        let file = try FileSink(path: path, replacing: replacing)
        do {
            try file.write(bytes.span)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Keeps the first `bytes` of what an interrupted run left, and cuts off the rest.
    ///
    /// - Throws: `.cannotWrite` if the system fails.
    package func keep(upTo bytes: Int) throws(TimelineError) {
        precondition(received == 0 && bytes <= length, "rows are kept before the first is written")
        // Durable before anything else is: a description written next must not find the old rows again.
        guard ftruncate(descriptor, off_t(bytes)) == 0, lseek(descriptor, off_t(bytes), SEEK_SET) >= 0
        else { throw .cannotWrite(path: partialPath, code: errno) }
        do { try synchronize(descriptor) } catch { throw .cannotWrite(path: partialPath, code: error.code) }
        length = bytes
    }

    /// Appends `rows`. If that fails, those that were written whole stay.
    ///
    /// - Throws: `.changed` if the rows differ from those that an interrupted run left; `.cannotWrite`.
    public func write(_ rows: Span<UInt8>) throws(TimelineError) {
        let known = min(rows.count, length - received)
        if known > 0 { try compare(rows.extracting(first: known)) }
        received += rows.count
        if known < rows.count { try append(rows.extracting(droppingFirst: known)) }
    }

    /// Makes sure that all rows an interrupted run left have come again.
    ///
    /// - Throws: `.changed` if there were more of them: they were another run's.
    package func checkResumed() throws(TimelineError) {
        guard received >= length else { throw .changed(path: partialPath, byte: received) }
    }

    private func compare(_ rows: Span<UInt8>) throws(TimelineError) {
        var bytes = [UInt8](repeating: 0, count: rows.count)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + count, $0.count - count, off_t(received + count))
            }
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { throw .cannotRead(path: partialPath, code: read < 0 ? errno : EIO) }
            count += read
        }
        if let difference = bytes.indices.first(where: { bytes[$0] != rows[$0] }) {
            throw .changed(path: partialPath, byte: received + difference)
        }
    }

    private func append(_ rows: Span<UInt8>) throws(TimelineError) {
        let code = appendRows(rows, to: descriptor, length: &length)
        if code != 0 { throw .cannotWrite(path: partialPath, code: code) }
    }

    /// Makes the rows durable and gives the file its name.
    ///
    /// - Throws: `.exists` if a file of that name has appeared meanwhile and may not be replaced,
    ///   `.cannotWrite` if the system fails. The partial file is kept.
    public func commit() throws(TimelineError) {
        try commitRows()
        Self.synchronizeDirectories(of: [self])
    }

    /// Makes the rows durable and gives the file its name, which is durable when ``synchronizeDirectories(of:)``
    /// has been called: once for many files. Where all of them were written before the first is made durable,
    /// the file system has little left to do for the others.
    ///
    /// - Throws: As ``commit()`` does.
    package func commitRows() throws(TimelineError) {
        precondition(descriptor >= 0, "\(path) was ended before")
        try checkResumed()
        do { try synchronize(descriptor) } catch { throw .cannotWrite(path: partialPath, code: error.code) }
        try putInPlace()
        close(descriptor)
        descriptor = -1
    }

    /// Makes the names of files durable.
    package static func synchronizeDirectories(of files: [FileSink]) {
        let folders = Dictionary(grouping: files) { $0.path.parentFolder }
        for files in folders.values { synchronizeFolder(of: files[0].path) }
    }

    /// Gives up: removes the partial file.
    public func discard() {
        guard descriptor >= 0 else { return }
        unlink(partialPath)
        close(descriptor)
        descriptor = -1
    }

    private func putInPlace() throws(TimelineError) {
        if !replacing {
            // Unlike renaming, linking never replaces a file that appeared since the start.
            if link(partialPath, path) == 0 {
                unlink(partialPath)
                return
            }
            if errno == EEXIST { throw .exists(path: path) }
            // The file system has no links.
        }
        guard rename(partialPath, path) == 0 else { throw .cannotWrite(path: path, code: errno) }
    }
}

/// Appends whole rows to a file of `length` bytes, which it updates. If that fails, what was written of the row it
/// failed in is cut off, and the `errno` returned; 0 otherwise.
func appendRows(_ rows: Span<UInt8>, to descriptor: Int32, length: inout Int) -> Int32 {
    let (written, code) = writeAll(rows, to: descriptor)
    var whole = written
    if code != 0 {
        while whole > 0, rows[whole - 1] != UInt8(ascii: "\n") { whole -= 1 }
    }
    length += whole
    if code != 0 { _ = ftruncate(descriptor, off_t(length)) }
    return code
}

/// Opens the partial file of `path` and makes sure that this process alone writes it. The length is that of the rows an
/// interrupted run left, 0 unless they are to be resumed.
private func claim(
    _ path: String, existing: ExistingTable
) throws(TimelineError) -> (descriptor: Int32, length: Int) {
    let partial = FileSink.partialPath(for: path)
    let descriptor = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotCreate(path, code: errno) }
    var problem: TimelineError?
    var opened = stat()
    var named = stat()
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, !SystemError().isUnsupported {
        problem = errno == EWOULDBLOCK ? .inUse(path: partial) : .cannotOpen(path: partial, code: errno)
    } else if fstat(descriptor, &opened) != 0 || stat(partial, &named) != 0 || opened.st_ino != named.st_ino {
        // Its owner put it in place or removed it between our opening and our locking it.
        problem = .inUse(path: partial)
    } else if opened.st_size > 0, existing == .refuse {
        problem = .unfinished(path: partial)
    } else if !existing.isResumed, ftruncate(descriptor, 0) != 0 {
        problem = .cannotOpen(path: partial, code: errno)
    }
    guard let problem else { return (descriptor, existing.isResumed ? Int(opened.st_size) : 0) }
    close(descriptor)
    throw problem
}

private func isDirectory(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
}
