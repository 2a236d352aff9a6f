import Glibc

/// Uniquely owned memory for packed weights, which a product streams through.
struct WeightMemory: ~Copyable, @unchecked Sendable {
    let bytes: UnsafeMutableRawPointer

    /// Memory with unspecified content, aligned to a cache line.
    init(byteCount: Int) {
        // Huge pages keep address translation out of the way.
        let hugePage = 2 << 20
        let isLarge = byteCount >= hugePage
        bytes = .allocate(byteCount: byteCount, alignment: isLarge ? hugePage : 64)
        if isLarge { madvise(bytes, byteCount, MADV_HUGEPAGE) }
    }

    deinit {
        bytes.deallocate()
    }
}
