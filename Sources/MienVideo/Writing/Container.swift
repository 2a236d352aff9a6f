import CFFmpeg

/// The kind of file or stream that a video is written to.
package enum Container: String, Sendable {
    case mp4, m4v, mov, mkv
    /// VP8 and VP9 for browsers.
    case webm
    /// MPEG-TS, which changes the origin of times and is for live pictures only.
    case ts
    /// What RTMP and RTSP carry.
    case flv, rtsp

    /// The kinds that a copy of a video can be, by the endings of their names.
    package static let files: [Container] = [.mp4, .m4v, .mov, .mkv]
    /// The kinds of file that a live video can be written to.
    static let live: [Container] = files + [.ts]

    /// Throws if the ending of `name` is none of ``files``.
    package init(name: String) throws(VideoError) {
        guard let kind = Self(ending: name), Self.files.contains(kind) else { throw .unknownContainer(name) }
        self = kind
    }

    /// The kind whose name `file` ends in; nil if there is none.
    init?(ending file: String) {
        let name = file.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }

    /// FFmpeg's name of the muxer.
    var muxer: String {
        switch self {
        case .mp4, .m4v: "mp4"
        case .mov: "mov"
        case .mkv: "matroska"
        case .webm: "webm"
        case .ts: "mpegts"
        case .flv: "flv"
        case .rtsp: "rtsp"
        }
    }

    /// Whether it is written in fragments, each of which begins where the durations of the frames before end.
    var isFragmented: Bool { self == .mp4 || self == .m4v || self == .mov }

    /// Whether times are kept in whole milliseconds.
    var countsMilliseconds: Bool { self == .mkv || self == .webm }

    /// The muxer's options for tracks with these units of time.
    ///
    /// A fragment begins at every key frame, and the header follows the first: what has been written plays,
    /// whatever happens to the rest. Where a track begins is written in units of the whole file, a millisecond
    /// unless told otherwise.
    func options(timeBases: [Rational]) -> [String: String] {
        switch self {
        case .mp4, .m4v, .mov: break
        // What lies in memory until a cluster ends is a second, as of a fragment.
        case .mkv, .webm: return ["cluster_time_limit": "1000"]
        case .ts: return [:]
        // Nobody goes back to fill in how long it was.
        case .flv: return ["flvflags": "no_duration_filesize"]
        case .rtsp: return ["rtsp_transport": "tcp"]
        }
        var options = ["movflags": "frag_keyframe+delay_moov"]
        if let scale = Self.commonScale(timeBases.map(\.denominator)) {
            options["movie_timescale"] = "\(scale)"
        }
        return options
    }

    /// The smallest number that all of `denominators` divide, as far as it fits: later ones give way.
    static func commonScale(_ denominators: [Int]) -> Int? {
        var scale = 1
        for denominator in denominators where denominator > 0 {
            let step = denominator / Self.divisor(scale, denominator)
            let (product, overflow) = scale.multipliedReportingOverflow(by: step)
            if !overflow, product <= Int(Int32.max) { scale = product }
        }
        return scale > 1 ? scale : nil
    }

    private static func divisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
