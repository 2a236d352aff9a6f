import Foundation
import MienImage
import MienVideo

/// A copy of a clip, frame by frame through the writer.
struct Copy {
    let path: String
    let encoder: String
    let warnings: [String]

    /// Copies the video of `input`, and its audio if `hasAudio`, to a file of that name in the folder of clips.
    init(
        of input: String, to name: String, hasAudio: Bool = false, frames: Range<Int>? = nil,
        options: VideoWriter.Options = VideoWriter.Options(), finishes: Bool = true
    ) throws {
        path = ClipFolder.shared.file(name)
        let reader = try VideoReader(input)
        var options = options
        options.isPart = options.isPart || frames != nil
        let writer = try VideoWriter(
            path: path, format: reader.pictureFormat, audio: hasAudio ? input : nil, options: options)
        var canvas: Canvas?
        var last: Int64?
        while let frame = try reader.next() {
            if let frames, !frames.contains(frame.index) { continue }
            if canvas?.width != frame.image.width || canvas?.height != frame.image.height {
                canvas = Canvas(width: frame.image.width, height: frame.image.height)
            }
            let picture = canvas!
            picture.copy(frame.image)
            try writer.write(picture, pts: frame.pts, timestamp: frame.timestamp)
            last = frame.duration
        }
        encoder = writer.encoder
        if finishes { try writer.finish(lastDuration: last, isWhole: frames == nil) }
        warnings = writer.warnings
    }
}

/// Times as whole numbers of a unit, which may be compared exactly with those in another unit.
struct ExactTimes: Equatable {
    var ticks: [Int64]
    var unit: Rational

    init(_ ticks: [Int64], unit: Rational) {
        (self.ticks, self.unit) = (ticks, unit)
    }

    /// The times of a video's frames, as FFmpeg's own tool reads them.
    init(frames path: String) throws {
        ticks = try probedTimestamps(path).compactMap { $0 }
        unit = try VideoReader(path).properties.timeBase
    }

    static func == (a: Self, b: Self) -> Bool {
        guard a.ticks.count == b.ticks.count else { return false }
        let (left, right) = (
            Int64(a.unit.numerator) * Int64(b.unit.denominator),
            Int64(b.unit.numerator) * Int64(a.unit.denominator)
        )
        return zip(a.ticks, b.ticks).allSatisfy { $0 * left == $1 * right }
    }
}

/// The mean difference between two pictures of one size, in levels.
func meanDifference(_ a: Image, _ b: Image) -> Double {
    var sum = 0
    for y in 0..<min(a.height, b.height) {
        for x in 0..<min(a.width, b.width) {
            let (one, other) = (a[x, y], b[x, y])
            sum +=
                abs(Int(one.red) - Int(other.red)) + abs(Int(one.green) - Int(other.green))
                + abs(Int(one.blue) - Int(other.blue))
        }
    }
    return Double(sum) / Double(3 * a.width * a.height)
}

/// One value for each packet of a stream, as ffprobe says.
func probedPackets(_ path: String, stream: String, _ entry: String) throws -> [String] {
    let output = try run(
        "ffprobe",
        [
            "-v", "quiet", "-select_streams", stream, "-show_entries", "packet=\(entry)", "-show_data_hash",
            "md5", "-of", "default=nw=1", path,
        ])
    // By name: a packet with side data has lines about that too.
    return String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { line in
        line.hasPrefix(entry + "=") ? String(line.dropFirst(entry.count + 1)) : nil
    }
}

/// What ffprobe says of a stream.
func probedStream(_ path: String, stream: String, _ entries: String) throws -> [String: String] {
    let output = try run(
        "ffprobe",
        [
            "-v", "quiet", "-select_streams", stream, "-show_entries", "stream=\(entries)", "-of",
            "default=nw=1", path,
        ])
    let pairs = String(decoding: output, as: UTF8.self).split(separator: "\n").map {
        $0.split(separator: "=", maxSplits: 1)
    }
    return Dictionary(pairs.map { (String($0[0]), String($0.last ?? "")) }) { first, _ in first }
}
