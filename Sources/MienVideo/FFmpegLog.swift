import CFFmpeg
import Foundation

/// Keeps FFmpeg's messages off the terminal and within reach of our own errors.
///
/// FFmpeg has one log for the whole process. Its errors are kept per thread, so that a reader finds those of
/// its own calls.
enum FFmpegLog {
    private static let key = "org.mien.ffmpeg-log"
    /// A damaged file can bring thousands of lines; a few of the first tell the story.
    private static let mostLines = 8

    /// Routes the log to us, once.
    static let install: Void = av_log_set_callback { context, level, format, arguments in
        guard level <= AV_LOG_ERROR, let format, let arguments else { return }
        var line = [CChar](repeating: 0, count: 512)
        var printsPrefix: Int32 = 0
        av_log_format_line2(context, level, format, arguments, &line, Int32(line.count), &printsPrefix)
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let dictionary = Thread.current.threadDictionary
        var lines = dictionary[key] as? [String] ?? []
        guard lines.count < mostLines else { return }
        lines.append(text.trimmingCharacters(in: .whitespacesAndNewlines))
        dictionary[key] = lines
    }

    /// The errors logged on this thread since the last call.
    static func take() -> [String] {
        let dictionary = Thread.current.threadDictionary
        defer { dictionary[key] = nil }
        return dictionary[key] as? [String] ?? []
    }
}
