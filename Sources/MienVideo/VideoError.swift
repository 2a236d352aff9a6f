import CFFmpeg

/// Why a video cannot be read. Every message names the input, the thing and what was expected.
package enum VideoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no such file.
    case missing(String)
    /// The name is that of a folder.
    case folder(String)
    /// The file has no content.
    case empty(String)
    /// The file may not be read.
    case notPermitted(String)
    /// FFmpeg does not know what the file is, or its index is lost.
    case unrecognised(String, reason: String)
    /// There is no video in it.
    case noVideo(String, found: [String])
    /// There is video, but FFmpeg has no decoder for it.
    case noDecoder(String, codec: String)
    /// Not a single frame could be decoded.
    case noFrames(String, codec: String, packets: Int, reason: String)
    /// The start that was asked for lies behind the end.
    case startsBehindEnd(String, start: Double, end: Double)
    /// A frame has a format or size that cannot be converted.
    case unsupportedFormat(String, format: String)
    /// The source stopped answering.
    case timedOut(String, seconds: Double)
    /// Anything else FFmpeg reports.
    case failed(String, action: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let input): "\(input): no such file"
        case .folder(let input):
            "\(input): is a folder; expected a video, an image, or a numbered sequence such as "
                + "\(input.hasSuffix("/") ? input : input + "/")img_%04d.png"
        case .empty(let input): "\(input): the file is empty; expected a video or an image"
        case .notPermitted(let input): "\(input): may not be read (permission denied)"
        case .unrecognised(let input, let reason):
            "\(input): not a video or image that can be read (\(reason)); the file may be of another kind, "
                + "damaged at its beginning, or cut off before its index"
        case .noVideo(let input, let found):
            "\(input): has no video stream, only \(found.isEmpty ? "nothing" : found.joined(separator: " and "))"
        case .noDecoder(let input, let codec): "\(input): no decoder for its video (\(codec)) in this FFmpeg"
        case .noFrames(let input, let codec, let packets, let reason):
            "\(input): not one of its \(packets) \(codec) packets could be decoded (\(reason)); "
                + "this FFmpeg does not support it, or it is damaged throughout"
        case .startsBehindEnd(let input, let start, let end):
            "\(input): ends \(end) s after its first frame, before the start that was asked for, \(start) s"
        case .unsupportedFormat(let input, let format): "\(input): frames of \(format) cannot be converted"
        case .timedOut(let input, let seconds): "\(input): no answer for \(seconds) s"
        case .failed(let input, let action, let reason): "\(input): \(action): \(reason)"
        }
    }
}

/// FFmpeg's words for one of its error codes.
func reason(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    av_strerror(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
