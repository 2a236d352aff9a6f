import Foundation
import TestSupport
import Testing

/// A test input: its file's name, the frames it holds, and how to make it.
struct Clip: Sendable, CustomTestStringConvertible {
    let name: String
    let frames: Int
    let make: @Sendable (ClipFolder) throws -> Void

    init(_ name: String, frames: Int, make: @escaping @Sendable (ClipFolder) throws -> Void) {
        (self.name, self.frames, self.make) = (name, frames, make)
    }

    /// A clip that one ffmpeg command makes from its test picture.
    init(
        _ name: String, frames: Int, size: String = "64x48", rate: Int = 10, seconds: Int = 2,
        _ arguments: String
    ) {
        self.init(name, frames: frames) { folder in
            try folder.ffmpeg("-f lavfi -i testsrc2=s=\(size):r=\(rate):d=\(seconds)", arguments, name)
        }
    }

    var testDescription: String { name }

    static let x264 = "-c:v libx264 -preset fast -threads 1"
}

// Time.
extension Clip {
    static let variableRate = Clip(
        "vfr.mp4", frames: 20,
        "-vf setpts='if(lt(N,10),N*0.1,1+(N-10)*0.25)/TB' -vsync vfr -enc_time_base 1:90000 \(x264) -bf 0")
    static let bFrames = Clip("bframes.mp4", frames: 20, "\(x264) -bf 3")
    static let lateStart = Clip(
        "start5.mp4", frames: 20, "\(x264) -bf 3 -output_ts_offset 5 -avoid_negative_ts disabled")
    static let editList = Clip("edit.mp4", frames: 14) { folder in
        let source = try folder(.bFrames)
        try folder.ffmpeg("-ss 0.55 -i \(source) -c copy -avoid_negative_ts disabled edit.mp4")
    }
    static let negativeMP4 = Clip(
        "negative.mp4", frames: 6, seconds: 1, "\(x264) -output_ts_offset -0.35 -avoid_negative_ts disabled")
    static let negativeMKV = Clip(
        "negative.mkv", frames: 10, seconds: 1,
        "-c:v mpeg4 -output_ts_offset -0.35 -avoid_negative_ts disabled")
    static let rawH264 = Clip("raw.h264", frames: 20, "\(x264) -bf 3 -f h264")
    static let bFramesAVI = Clip("bframes.avi", frames: 20, "-c:v mpeg4 -bf 2")
    static let h264AVI = Clip("h264.avi", frames: 20, "\(x264) -bf 0")
    static let interlaced = Clip(
        "interlaced.ts", frames: 10, "-vf tinterlace=mode=interleave_top -c:v mpeg2video -flags +ilme+ildct")
    static let telecine = Clip(
        "telecine.ts", frames: 30, rate: 24, seconds: 1,
        "-vf telecine=pattern=23 -c:v mpeg2video -flags +ilme+ildct")
    static let wrap = Clip(
        "wrap.ts", frames: 40, seconds: 4,
        "-c:v mpeg2video -g 5 -output_ts_offset 95441 -mpegts_copyts 1 -avoid_negative_ts disabled")
    static let longAudio = Clip("longaudio.mp4", frames: 10) { folder in
        try folder.ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=10:d=1 -f lavfi -i sine=d=3 \(x264) -c:a aac longaudio.mp4")
    }
    static let gif = Clip("a.gif", frames: 20, "")
    static let apng = Clip("a.apng", frames: 20, "-c:v apng -plays 0")
}

// Size, shape and pixels.
extension Clip {
    static let rotated = Clip("rotated.mp4", frames: 20) { folder in
        let source = try folder(.bFrames)
        try folder.ffmpeg("-i \(source) -c copy -metadata:s:v rotate=90 rotated.mp4")
    }
    static let anamorphic = Clip("sar.mp4", frames: 20, "\(x264) -vf setsar=4/3")
    static let tenBit = Clip(
        "10bit.mp4", frames: 20,
        "-c:v libx265 -x265-params log-level=none:pools=none:frame-threads=1 -pix_fmt yuv420p10le")
    static let odd444 = Clip("odd444.mp4", frames: 10, size: "63x47", seconds: 1, "\(x264) -pix_fmt yuv444p")
    static let oddVP9 = Clip(
        "odd.webm", frames: 10, size: "63x47", seconds: 1,
        "-c:v libvpx-vp9 -pix_fmt yuv420p -cpu-used 8 -deadline realtime -threads 1")
    static let alphaVP9 = Clip(
        "alpha.webm", frames: 20,
        "-c:v libvpx-vp9 -pix_fmt yuva420p -cpu-used 8 -deadline realtime -threads 1")
    static let palette = Clip("palette.mov", frames: 20, "-c:v png -pix_fmt pal8")
    static let sizeChangeTS = Clip("sizes.ts", frames: 19) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=1 -c:v mpeg2video sizes1.ts")
        try folder.ffmpeg("-f lavfi -i testsrc2=s=128x96:r=10:d=1 -c:v mpeg2video sizes2.ts")
        try folder.write(folder.read("sizes1.ts") + folder.read("sizes2.ts"), to: "sizes.ts")
    }
    static let sizeChangeH264 = Clip("sizes.h264", frames: 20) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=1 \(x264) -bf 0 sizes1.h264")
        try folder.ffmpeg("-f lavfi -i testsrc2=s=96x64:r=10:d=1 \(x264) -bf 0 sizes2.h264")
        try folder.write(folder.read("sizes1.h264") + folder.read("sizes2.h264"), to: "sizes.h264")
    }
    static let stillWebP = Clip("still.webp", frames: 1, "-frames:v 1 -c:v libwebp")
    static let stills = ["gray", "gray16be", "rgba", "rgb48be", "pal8", "monob"].map { format in
        Clip("\(format).png", frames: 1, size: "33x21", "-frames:v 1 -pix_fmt \(format)")
    }
}

// Damage.
extension Clip {
    static let big = Clip(
        "big.mp4", frames: 60, size: "160x120", seconds: 6, "\(x264) -bf 2 -g 10 -movflags faststart")
    static let truncated = Clip("truncated.mp4", frames: 35) { folder in
        let whole = try folder.read(URL(fileURLWithPath: folder(.big)).lastPathComponent)
        try folder.write(whole.prefix(whole.count * 6 / 10), to: "truncated.mp4")
    }
    static let truncatedMKV = Clip("truncated.mkv", frames: 0) { folder in
        try folder.ffmpeg("-i \(folder(.big)) -c copy cut.mkv")
        let whole = try folder.read("cut.mkv")
        try folder.write(whole.prefix(whole.count * 6 / 10), to: "truncated.mkv")
    }
    static let truncatedAVI = Clip("truncated.avi", frames: 0) { folder in
        try folder.ffmpeg("-i \(folder(.big)) -c:v mpeg4 cut.avi")
        let whole = try folder.read("cut.avi")
        try folder.write(whole.prefix(whole.count * 6 / 10), to: "truncated.avi")
    }
    static let hole = Clip("hole.mp4", frames: 58) { folder in
        var bytes = try folder.read(URL(fileURLWithPath: folder(.big)).lastPathComponent)
        let start = bytes.count * 4 / 10
        bytes.replaceSubrange(start..<start + 2000, with: Data(count: 2000))
        try folder.write(bytes, to: "hole.mp4")
    }
    static let noise = Clip("noise.ts", frames: 18) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=2 \(x264) -bf 3 quiet.ts")
        try folder.ffmpeg("-i quiet.ts -c copy -bsf:v noise=amount=30 noise.ts")
    }
    static let noisyMJPEG = Clip("noise.avi", frames: 0) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc2=s=160x120:r=10:d=1 -c:v mjpeg quiet.avi")
        try folder.ffmpeg("-i quiet.avi -c copy -bsf:v noise=amount=500 noise.avi")
    }
    static let midGOP = Clip("midgop.ts", frames: 10) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=3 \(x264) -g 10 -bf 2 gops.ts")
        let whole = try folder.read("gops.ts")
        try folder.write(whole.dropFirst(whole.count * 4 / 10 / 188 * 188), to: "midgop.ts")
    }
    static let noIndex = Clip("nomoov.mp4", frames: 0) { folder in
        let whole = try folder.read(URL(fileURLWithPath: folder(.bFrames)).lastPathComponent)
        try folder.write(whole.dropLast(2000), to: "nomoov.mp4")
    }
    static let garbage = Clip("garbage.mp4", frames: 0) { folder in
        var random = Random(seed: 1)
        let bytes = (0..<3000).map { _ in UInt8.random(in: 0...255, using: &random) }
        try folder.write(Data(bytes), to: "garbage.mp4")
    }
    static let empty = Clip("empty.mp4", frames: 0) { try $0.write(Data(), to: "empty.mp4") }
    static let animatedWebP = Clip("animated.webp", frames: 0, "-c:v libwebp_anim -loop 0")
    static let audioOnly = Clip("audio.m4a", frames: 0) { try $0.ffmpeg("-f lavfi -i sine=d=1 audio.m4a") }
    static let coverOnly = Clip("cover.m4a", frames: 0) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc=s=64x64 -frames:v 1 cover.png")
        let cover = "-map 0 -map 1 -c copy -disposition:v:0 attached_pic cover.m4a"
        try folder.ffmpeg("-i \(folder(.audioOnly)) -i cover.png", cover)
    }
}

extension Clip {
    /// Every input whose presentation timestamps are the container's own.
    static let timed: [Clip] =
        [
            variableRate, bFrames, lateStart, editList, negativeMP4, negativeMKV, h264AVI, interlaced,
            telecine,
            wrap, longAudio, gif, apng, rotated, anamorphic, tenBit, odd444, oddVP9, alphaVP9, palette,
            sizeChangeTS, stillWebP, truncated, hole, noise, midGOP,
        ] + stills
    /// Those without.
    static let untimed: [Clip] = [rawH264, bFramesAVI, sizeChangeH264]
}
