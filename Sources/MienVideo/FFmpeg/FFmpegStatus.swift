import CFFmpeg

/// What an FFmpeg function returned: zero or more, or the reason of its failure.
struct FFmpegStatus: Equatable {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    static let endOfFile = FFmpegStatus(mien_averror_eof())
    /// A decoder wants input first, or a device has nothing yet.
    static let tryAgain = FFmpegStatus(mien_averror(EAGAIN))

    var isFailure: Bool { code < 0 }

    /// What FFmpeg says of data that end before it knows their format.
    var isEndOrInvalid: Bool { self == .endOfFile || self == FFmpegStatus(mien_averror_invalid_data()) }

    /// Whether nobody is there any more to read what is written.
    var isBrokenPipe: Bool { code == mien_averror(EPIPE) }

    /// FFmpeg's words for a failure.
    var text: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            av_strerror(code, buffer.baseAddress, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
    }
}

/// Throws the error that `makeError` makes of a failure; every FFmpeg call whose failure ends the reading
/// goes through here.
@discardableResult
func check(
    _ code: Int32, orThrow makeError: (FFmpegStatus) -> VideoError
) throws(VideoError) -> Int32 {
    let status = FFmpegStatus(code)
    if status.isFailure { throw makeError(status) }
    return code
}

/// FFmpeg's timestamp, or nil for its "no timestamp".
func timestamp(_ value: Int64) -> Int64? {
    value == mien_av_nopts_value() ? nil : value
}

extension Rational {
    /// FFmpeg's fraction, or nil for its 0/0 and 0/1, "unknown".
    init?(_ fraction: AVRational) {
        guard fraction.num != 0, fraction.den != 0 else { return nil }
        self.init(Int(fraction.num), Int(fraction.den))
    }
}
