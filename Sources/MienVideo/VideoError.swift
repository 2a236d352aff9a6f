/// Why an input could not be opened or read any further.
///
/// Every message names the input, what is wrong with it, and what was expected instead. Damage inside a
/// video that opened is no error: it is in ``VideoReport``.
package enum VideoError: Error, Equatable, Sendable {
    case missing(String)
    case directory(String)
    case notPermitted(String)
    case empty(String)
    /// The pattern, and what is wrong with it.
    case noImages(pattern: String, reason: String)
    case notMedia(String, detail: String)
    case cannotOpen(String, detail: String)
    /// What the input holds instead of a video stream.
    case noVideo(String, contents: String)
    /// The number asked for, and the video streams there are.
    case noStream(String, number: Int, streams: String)
    /// A picture in HEIC, which FFmpeg reads from version 7 on.
    case heic(String)
    case unsupportedCodec(String, codec: String)
    case nothingDecoded(String, detail: String)
    case unsupportedPixels(String, format: String)
    case unknownOption(String, name: String)
    case badRange(String)
    case startBeyondEnd(String, start: Double, last: Double)
    case timedOut(String, seconds: Double)
    case cancelled(String)
    /// The cameras there are instead.
    case noCamera(String, others: [String])
    case cameraBusy(String)
    case cameraNotPermitted(String)
    case notCamera(String, detail: String)
    /// What was asked of a camera, and what it offers.
    case unsupportedMode(String, asked: String, offer: String)
    /// A camera that was there is not any more.
    case unplugged(String)
    /// A live source that stopped.
    case lost(String, detail: String)
    /// A name for a video to be written that does not tell the kind of file.
    case unknownContainer(String)
    /// A text for a live video to be written that is no file, pipe or URL it can go to.
    case unknownTarget(String)
    case cannotEncode(String, detail: String)
    case cannotWrite(String, detail: String)
}

extension VideoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let input):
            let hint =
                input.contains("*") || input.contains("?")
                ? "; wildcards are not expanded here: expected a file's name, or a pattern such as img_%04d.png"
                : "; expected a video or image file"
            return "\(input): no such file\(hint)"
        case .directory(let input):
            let folder = input.hasSuffix("/") ? input : input + "/"
            return """
                \(input): is a directory; expected a video or image file, or for a folder of numbered \
                images a pattern such as \(folder)img_%04d.png
                """
        case .notPermitted(let input):
            return "\(input): permission denied; expected a file that this user may read"
        case .empty(let input):
            return "\(input): the file is empty; expected a video or image"
        case .noImages(let pattern, let reason):
            return "\(pattern): \(reason); expected numbered images that match the pattern"
        case .notMedia(let input, let detail):
            return "\(input): not media that FFmpeg can read (\(detail)); expected a video or image"
        case .cannotOpen(let input, let detail):
            return "\(input): cannot be opened (\(detail)); expected a readable video or image"
        case .noVideo(let input, let contents):
            return "\(input): has no video stream, only \(contents); expected a video or image"
        case .noStream(let input, let number, let streams):
            return "\(input): has no video stream \(number); expected one of \(streams)"
        case .heic(let input):
            return "\(input): a picture in \(MediaFile.heicProblem)"
        case .unsupportedCodec(let input, let codec):
            return
                "\(input): FFmpeg has no decoder for its video (codec \(codec)); expected a supported codec"
        case .nothingDecoded(let input, let detail):
            return "\(input): not one frame could be decoded (\(detail)); expected a decodable video or image"
        case .unsupportedPixels(let input, let format):
            return "\(input): pixel format \(format) cannot be converted; expected one that swscale can read"
        case .unknownOption(let input, let name):
            return
                "\(input): the input knows no option \"\(name)\"; expected an option of its format or protocol"
        case .badRange(let reason):
            return reason
        case .startBeyondEnd(let input, let start, let last):
            return """
                \(input): the start, \(start.inSeconds), lies beyond the last frame, which is at \
                \(last.inSeconds); expected a start inside the video
                """
        case .timedOut(let input, let seconds):
            return "\(input): no answer within \(seconds.inSeconds); expected a source that sends data"
        case .cancelled(let input):
            return "\(input): reading was cancelled"
        case .noCamera(let input, let others):
            let choice =
                others.isEmpty
                ? "and this machine has no other" : "this machine has \(others.joined(separator: ", "))"
            return "\(input): no such camera; \(choice)"
        case .cameraBusy(let input):
            return
                "\(input): another program uses the camera; expected one that is free (fuser \(input) names the program)"
        case .cameraNotPermitted(let input):
            return """
                \(input): permission denied; expected a camera that this user may open: cameras belong to the group \
                `video` (sudo usermod -aG video $USER, then log in again)
                """
        case .notCamera(let input, let detail):
            return "\(input): not a camera (\(detail)); expected a video capture device such as /dev/video0"
        case .unsupportedMode(let input, let asked, let offer):
            return "\(input): the camera does not offer \(asked); expected one of: \(offer)"
        case .unplugged(let input):
            return "\(input): the camera was unplugged"
        case .lost(let input, let detail):
            return "\(input): \(detail)"
        case .unknownContainer(let output):
            return "\(output): expected a name for the video that ends in one of \(Container.files.endings)"
        case .unknownTarget(let output):
            let schemes = OutputLocation.schemes.map { $0.name == "unix" ? "unix:" : "\($0.name)://" }
            return """
                \(output): expected a name for the video that ends in one of \(Container.live.endings), a pipe (- is standard \
                output), or a URL that begins with one of \(schemes.joined(separator: ", "))
                """
        case .cannotEncode(let output, let detail):
            return "\(output): the video cannot be encoded (\(detail))"
        case .cannotWrite(let output, let detail):
            return "\(output): cannot be written (\(detail))"
        }
    }
}

extension [Container] {
    fileprivate var endings: String { map { ".\($0.rawValue)" }.joined(separator: ", ") }
}

extension Double {
    /// The number as seconds to the millisecond, for messages: `1.25 s`.
    var inSeconds: String { "\((self * 1000).rounded() / 1000) s" }
}
