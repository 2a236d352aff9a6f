import Glibc
import MienCore

/// The clock that nobody sets, CLOCK_MONOTONIC, with which the kernel stamps cameras' frames.
package enum MonotonicClock {
    /// Seconds since some moment before the process began.
    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Sleeps until `time`, or until `cancellation` ends it; false if it did.
    static func sleep(until time: Double, unless cancellation: Cancellation) -> Bool {
        while !cancellation.isCancelled {
            let rest = time - now
            if rest <= 0 { return true }
            // In pieces, so that a cancellation is noticed.
            usleep(UInt32(min(rest, 0.05) * 1e6) + 1)
        }
        return false
    }
}
