import CFFmpeg
import Glibc
import Synchronization

/// Collects FFmpeg's error lines during one reader's calls, instead of letting them spill to stderr.
///
/// FFmpeg logs through one callback for the whole process. While a reader calls FFmpeg, its log is the
/// calling thread's current one and gets the lines; lines from elsewhere, such as a decoder's own
/// threads, are dropped while any reader exists and go FFmpeg's usual way otherwise.
final class FFmpegLog {
    /// The last error lines, oldest first.
    private(set) var lines: [String] = []
    /// The number of error lines so far.
    private(set) var errorCount = 0
    private static let capacity = 8

    init() {
        _ = Self.installed
        Self.readers.add(1, ordering: .relaxed)
    }

    deinit { Self.readers.subtract(1, ordering: .relaxed) }

    /// Runs `body` with this log in charge of the calling thread.
    func collect<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outer = pthread_getspecific(Self.key)
        pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(Self.key, outer) }
        return try body()
    }

    /// FFmpeg's words for `status`, with the last error line where it says more.
    func explain(_ status: FFmpegStatus) -> String {
        guard let last = lines.last else { return status.text }
        return "\(status.text): \(last)"
    }

    private func append(_ line: String) {
        errorCount += 1
        if lines.count == Self.capacity { lines.removeFirst() }
        lines.append(line)
    }

    private static let readers = Atomic<Int>(0)

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key, nil)
        precondition(status == 0, "no thread-specific key left for the log")
        return key
    }()

    /// Evaluated once: puts the callback in place.
    private static let installed: Void = {
        av_log_set_callback { object, level, format, arguments in
            guard let owner = pthread_getspecific(FFmpegLog.key) else {
                if FFmpegLog.readers.load(ordering: .relaxed) == 0, let arguments {
                    av_log_default_callback(object, level, format, arguments)
                }
                return
            }
            guard level <= AV_LOG_ERROR, let format, let arguments else { return }
            let log = Unmanaged<FFmpegLog>.fromOpaque(owner).takeUnretainedValue()
            let line = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
                var printsPrefix: Int32 = 0
                // Without the object there is no "[h264 @ 0x55...]" in front, which differs from run to run.
                av_log_format_line2(
                    nil, level, format, arguments, buffer.baseAddress, Int32(buffer.count), &printsPrefix)
                return String(cString: buffer.baseAddress!)
            }
            let trimmed = line.split(whereSeparator: \.isNewline).joined(separator: " ")
            if !trimmed.isEmpty { log.append(trimmed) }
        }
    }()
}
