import CKernels

/// Tells ``Workers`` which threads compute at the same time, so that these share the processors.
///
/// A thread that is alone has all processors for its pieces, one among others its own.
package enum BusyThread {
    /// Runs `body` on a thread that counts as busy.
    package static func run(_ body: () -> Void) {
        let before = mien_thread_is_busy(true)
        defer { _ = mien_thread_is_busy(before) }
        body()
    }

    /// Runs `body`, which waits for other threads.
    package static func pause(_ body: () -> Void) {
        let before = mien_thread_is_busy(false)
        defer { _ = mien_thread_is_busy(before) }
        body()
    }
}
