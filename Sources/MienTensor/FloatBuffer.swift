import CKernels

/// Uniquely owned storage for single-precision numbers.
///
/// The storage is aligned to 64 bytes (a cache line, and the widest vector register), starts out as
/// zeros, keeps its size for life and is freed when the value goes away. Readers take ``span``, writers
/// ``mutableSpan``; kernels, which live in C, take ``baseAddress``.
package struct FloatBuffer: ~Copyable, @unchecked Sendable {
    /// The alignment of ``baseAddress``, in bytes.
    package static let alignment = Int(MIEN_ALIGNMENT)

    /// The number of elements.
    package let count: Int

    /// The first element. Valid while the buffer lives: keep the buffer borrowed across the use.
    package let baseAddress: UnsafeMutablePointer<Float>

    /// Creates a buffer of `count` zeros.
    package init(count: Int) {
        precondition(count >= 0, "a buffer cannot hold \(count) elements")
        self.count = count
        guard let zeros = mien_zeros(count * MemoryLayout<Float>.stride) else {
            fatalError("no memory for \(count) numbers")
        }
        baseAddress = zeros.bindMemory(to: Float.self, capacity: count)
    }

    /// Creates a buffer that holds a copy of `elements`.
    package init(_ elements: some Collection<Float>) {
        self.init(count: elements.count)
        _ = UnsafeMutableBufferPointer(start: baseAddress, count: count).update(fromContentsOf: elements)
    }

    /// Creates a buffer that holds a copy of `elements`.
    package init(_ elements: borrowing Span<Float>) {
        self.init(count: elements.count)
        elements.withUnsafeBufferPointer {
            if let from = $0.baseAddress { baseAddress.update(from: from, count: $0.count) }
        }
    }

    /// A copy of the elements.
    package var elements: [Float] { Array(UnsafeBufferPointer(start: baseAddress, count: count)) }

    deinit {
        mien_zeros_free(baseAddress)
    }

    /// The elements, for reading.
    package var span: Span<Float> {
        @_lifetime(borrow self)
        borrowing get {
            _overrideLifetime(
                UnsafeBufferPointer(start: baseAddress, count: count).span, borrowing: self)
        }
    }

    /// The elements, for writing.
    package var mutableSpan: MutableSpan<Float> {
        @_lifetime(&self)
        mutating get {
            _overrideLifetime(
                UnsafeMutableBufferPointer(start: baseAddress, count: count).mutableSpan,
                mutating: &self)
        }
    }
}
