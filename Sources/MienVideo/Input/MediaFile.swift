import CFFmpeg
import Glibc
import MienCore

/// What is in a file, whatever its name: FFmpeg is asked, as far as it takes to know.
package enum MediaFile: Equatable, Sendable {
    /// A video or a picture that FFmpeg can decode.
    case video
    /// A picture in HEIC, which this FFmpeg cannot read.
    case heic
    /// Anything else: sound, text, what FFmpeg does not know, what cannot be opened.
    case other

    /// Looks into the file at `path`.
    package init(path: String) {
        let beginning = Self.beginning(of: path)
        // FFmpeg takes many a text for subtitles, for a list of other files or for a picture made of letters.
        guard !beginning.allSatisfy(Self.isText) else {
            self = .other
            return
        }
        let log = FFmpegLog()
        let isVideo = log.collect { Self.holdsVideo(path) }
        self = isVideo ? .video : Self.isHEIC(beginning) ? .heic : .other
    }

    /// The trouble with pictures in HEIC, and the way out.
    package static let heicProblem =
        "HEIC, which FFmpeg reads from version 7 on, and this is an older one; convert to JPEG or PNG, "
        + "for example with heif-convert (Debian: libheif-examples)"

    /// Whether the file at `path` is a picture in HEIC.
    static func isHEIC(path: String) -> Bool { isHEIC(beginning(of: path)) }

    /// The file's type is in its first box: a picture or a sequence of them, coded with HEVC.
    private static func isHEIC(_ beginning: [UInt8]) -> Bool {
        guard beginning.count >= 16, beginning[4..<8].elementsEqual("ftyp".utf8) else { return false }
        let end = min(beginning.count, beginning[0..<4].reduce(0) { $0 << 8 | Int($1) })
        let brands = stride(from: 8, through: end - 4, by: 4).map {
            String(decoding: beginning[$0..<$0 + 4], as: UTF8.self)
        }
        return brands.contains { ["heic", "heix", "heim", "heis", "hevc", "hevx"].contains($0) }
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 32 || (9...13).contains(byte) }

    /// The first bytes; none of what is no file or cannot be read.
    private static func beginning(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
    }

    private static func holdsVideo(_ path: String) -> Bool {
        let interrupt = Interrupt(cancellation: Cancellation())
        var context = FormatContext(interrupt: interrupt, pipe: nil, isNonblocking: false)
        // A file that names others is not followed, and the first second or megabyte tells.
        var options = OptionDictionary([
            "protocol_whitelist": "file", "probesize": "1000000", "analyzeduration": "1000000",
        ])
        guard context.open("file:" + path, format: nil, options: &options) >= 0, let opened = context.pointer,
            // Sure of the content, or less sure of it and the name says the same.
            opened.pointee.probe_score > AVPROBE_SCORE_RETRY
                || av_match_ext(path, opened.pointee.iformat.pointee.extensions) != 0,
            avformat_find_stream_info(opened, nil) >= 0
        else { return false }
        return (0..<Int(opened.pointee.nb_streams)).contains { index in
            let stream = opened.pointee.streams[index]!.pointee
            let parameters = stream.codecpar.pointee
            return parameters.codec_type == AVMEDIA_TYPE_VIDEO && parameters.width > 0
                && stream.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
                && avcodec_find_decoder(parameters.codec_id) != nil
        }
    }
}
