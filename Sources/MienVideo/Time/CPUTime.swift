import Foundation

/// The processor time used so far, in seconds.
package enum CPUTime {
    /// That of the calling thread.
    package static var thread: Double { read(CLOCK_THREAD_CPUTIME_ID) }
    /// That of all threads of the process.
    package static var process: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
