import Foundation

extension VideoProperties {
    /// Why not every browser shows the video or image at `path`, which has these properties; nil if every one does.
    ///
    /// It is decided by container, codec and pixel format, as the manuals of Chromium, Firefox and Safari have them,
    /// and the newest of each does.
    package func obstacleInBrowsers(path: String) -> String? {
        if isStillImage {
            return ["mjpeg", "png", "gif", "bmp", "webp"].contains(codec) ? nil : "\(codec) images"
        }
        if codec == "gif" { return estimatedFrameCount == 1 ? nil : "GIF, in which they cannot seek" }
        let name = Self.names[codec] ?? codec
        guard let containers = Self.playable[codec] else { return "\(name) video" }
        // Firefox and Safari play no other sampling of colours and no more bits.
        let isUsual =
            ["yuv420p", "yuvj420p"].contains(pixelFormat) || codec != "h264" && pixelFormat == "yuva420p"
        guard isUsual || codec == "av1" && pixelFormat == "yuv420p10le" else {
            return "\(name) video with \(pixelFormat) pixels"
        }
        return containers.contains(Self.kind(container, path: path))
            ? nil : "\(name) video in \(Self.described(container))"
    }

    /// The codecs that browsers play, and in what.
    private static let playable = [
        "h264": ["mp4"], "av1": ["mp4", "webm"], "vp9": ["mp4", "webm"], "vp8": ["webm"],
    ]

    private static let names = [
        "h264": "H.264", "hevc": "HEVC (H.265)", "av1": "AV1", "vp9": "VP9", "vp8": "VP8", "prores": "ProRes",
        "mpeg4": "MPEG-4 Part 2", "mpeg2video": "MPEG-2", "mpeg1video": "MPEG-1", "mjpeg": "Motion JPEG",
        "dvvideo": "DV", "dnxhd": "DNxHD", "theora": "Theora", "rawvideo": "uncompressed",
    ]

    /// The kind of container by FFmpeg's name of its demuxer, which does not tell WebM from Matroska: its header does.
    private static func kind(_ container: String, path: String) -> String {
        if container.hasPrefix("mov,") { return "mp4" }
        guard container.hasPrefix("matroska"), let file = FileHandle(forReadingAtPath: path),
            let start = try? file.read(upToCount: 64)
        else { return container }
        return start.range(of: Data("webm".utf8)) == nil ? container : "webm"
    }

    private static func described(_ container: String) -> String {
        switch container {
        case "matroska,webm": "a Matroska file"
        case "avi": "an AVI file"
        case "mpegts": "an MPEG transport stream"
        case "mpeg": "an MPEG program stream"
        case "image2": "numbered images"
        case "h264", "av1", "ivf", "obu": "a raw stream"
        default: "a file of the kind \(container)"
        }
    }
}
