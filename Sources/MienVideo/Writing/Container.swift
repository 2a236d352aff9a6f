import CFFmpeg

/// The kind of file that a video is written to, told by its name's ending.
package enum Container: String, CaseIterable {
    case mp4, m4v, mov, mkv

    /// Throws if the ending of `name` is none of these.
    package init(name: String) throws(VideoError) {
        let file = name.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: "."),
            let kind = Self(rawValue: file[file.index(after: dot)...].lowercased())
        else { throw .unknownContainer(name) }
        self = kind
    }

    /// FFmpeg's name of the muxer.
    var muxer: String {
        switch self {
        case .mp4, .m4v: "mp4"
        case .mov: "mov"
        case .mkv: "matroska"
        }
    }

    /// Whether times are kept in whole milliseconds.
    var countsMilliseconds: Bool { self == .mkv }

    /// The muxer's options for tracks with these units of time.
    ///
    /// A fragment begins at every key frame, and the header follows the first: what has been written plays,
    /// whatever happens to the rest. Where a track begins is written in units of the whole file, a millisecond
    /// unless told otherwise.
    func options(timeBases: [Rational]) -> [String: String] {
        guard self != .mkv else { return [:] }
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
