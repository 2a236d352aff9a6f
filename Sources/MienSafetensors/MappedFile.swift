import Glibc

/// A regular file, mapped read-only into memory.
final class MappedFile: @unchecked Sendable {
    /// The bytes of the file. Valid while this object lives.
    let bytes: UnsafeRawBufferPointer

    init(path: String) throws(SafetensorsError) {
        func failure(_ reason: String = String(cString: strerror(errno))) -> SafetensorsError {
            .cannotRead(path: path, reason: reason)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("it is not a regular file") }
        let count = Int(status.st_size)
        guard count > 0 else {
            // An empty range cannot be mapped; the header check says what is wrong with such a file.
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED
        else { throw failure() }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        if let address = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
        }
    }

    /// Lets the system take back the pages of `range`, so that weights that have been copied are not
    /// resident twice. Reading them again is allowed and fetches them again.
    func release(_ range: Range<Int>) {
        guard let address = bytes.baseAddress, range.count >= 1 << 16 else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let lower = (range.lowerBound + page - 1) / page * page
        let upper = range.upperBound / page * page
        guard lower < upper else { return }
        madvise(UnsafeMutableRawPointer(mutating: address) + lower, upper - lower, MADV_DONTNEED)
    }
}
