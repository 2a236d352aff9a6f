import Foundation
import MienVideo
import Testing

/// Difficult inputs, each with what makes it and what it must give. The commands see `$SRC` for a test pattern
/// of 64 x 48 pixels, 10 frames/s and 2 s, `$X` for H.264.
struct Clip: Sendable, CustomTestStringConvertible {
    let name: String
    let make: [String]
    let frames: Int
    var timeSource = TimeSource.container
    var size = (64, 48)

    var testDescription: String { name }

    static let all = [
        Clip(
            name: "vfr.mp4",
            make: [
                "$SRC -vf setpts='if(lt(N,10),N*0.1,1+(N-10)*0.25)/TB' -vsync vfr -enc_time_base 1:90000 $X -bf 0 vfr.mp4"
            ], frames: 20),
        Clip(name: "bframes.mp4", make: ["$SRC $X -bf 3 bframes.mp4"], frames: 20),
        Clip(
            name: "start5.mp4", make: ["$SRC $X -bf 3 -output_ts_offset 5 -avoid_negative_ts disabled start5.mp4"], frames: 20),
        Clip(
            name: "edit.mp4",
            make: ["$SRC $X -bf 3 whole.mp4", "-ss 0.55 -i whole.mp4 -c copy -avoid_negative_ts disabled edit.mp4"],
            frames: 14),
        Clip(
            name: "negative.mp4",
            make: ["$SRC -t 1 $X -output_ts_offset -0.35 -avoid_negative_ts disabled negative.mp4"], frames: 6),
        Clip(
            name: "negative.mkv",
            make: ["$SRC -t 1 -c:v mpeg4 -output_ts_offset -0.35 -avoid_negative_ts disabled negative.mkv"], frames: 10),
        Clip(name: "raw.h264", make: ["$SRC $X -bf 3 -f h264 raw.h264"], frames: 20, timeSource: .frameRate),
        Clip(
            name: "bframes.avi", make: ["$SRC -c:v mpeg4 -bf 2 bframes.avi"], frames: 20, timeSource: .decodingTimestamps),
        Clip(
            name: "rotated.mp4",
            make: ["$SRC $X whole.mp4", "-i whole.mp4 -c copy -metadata:s:v rotate=90 rotated.mp4"], frames: 20,
            size: (48, 64)),
        Clip(
            name: "10bit.mp4",
            make: ["$SRC -c:v libx265 -x265-params log-level=none:pools=none:frame-threads=1 -pix_fmt yuv420p10le 10bit.mp4"],
            frames: 20),
        Clip(name: "odd444.mp4", make: ["$ODD $X -pix_fmt yuv444p odd444.mp4"], frames: 10, size: (63, 47)),
        Clip(
            name: "odd.webm", make: ["$ODD -c:v libvpx-vp9 -pix_fmt yuv420p -cpu-used 8 -deadline realtime odd.webm"],
            frames: 10, size: (63, 47)),
        Clip(
            name: "interlaced.ts",
            make: ["$SRC -vf tinterlace=mode=interleave_top -c:v mpeg2video -flags +ilme+ildct interlaced.ts"], frames: 10),
        Clip(name: "palette.mov", make: ["$SRC -c:v png -pix_fmt pal8 palette.mov"], frames: 20),
        Clip(name: "anim.gif", make: ["$SRC anim.gif"], frames: 20),
        Clip(name: "anim.apng", make: ["$SRC -c:v apng -plays 0 anim.apng"], frames: 20),
        Clip(
            name: "wrap.ts",
            make: ["$SRC -c:v mpeg2video -g 5 -output_ts_offset 95441 -mpegts_copyts 1 -avoid_negative_ts disabled wrap.ts"],
            frames: 20),
        Clip(
            name: "longaudio.mp4",
            make: ["$SRC -f lavfi -i sine=d=3 $X -c:a aac longaudio.mp4"], frames: 20),
        Clip(name: "noisy.ts", make: ["$SRC $X -bf 3 t.ts", "-i t.ts -c copy -bsf:v noise=amount=30 noisy.ts"], frames: -1),
        Clip(name: "alpha.webm", make: ["$SRC -c:v libvpx-vp9 -pix_fmt yuva420p -cpu-used 8 -deadline realtime alpha.webm"], frames: 20),
    ]

    func write(into folder: TemporaryFolder) throws {
        for command in make {
            try Tool.ffmpeg(
                command.replacingOccurrences(of: "$SRC", with: "-f lavfi -i testsrc2=s=64x48:r=10:d=2")
                    .replacingOccurrences(of: "$ODD", with: "-f lavfi -i testsrc=s=63x47:r=10:d=1")
                    .replacingOccurrences(of: "$X", with: "-c:v libx264 -preset fast -threads 1"), in: folder.url)
        }
    }
}

@Suite struct VideoReaderTests {
    /// All frames of a video, and what was reported at its end.
    private func read(
        _ path: String, _ options: VideoOptions = VideoOptions()
    ) throws -> (frames: [VideoFrame], reader: VideoReader) {
        let reader = try VideoReader(path, options: options)
        var frames: [VideoFrame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return (frames, reader)
    }

    @Test(arguments: Clip.all) func everyFrameWithItsTimestamp(clip: Clip) throws {
        let folder = try TemporaryFolder()
        try clip.write(into: folder)
        let reference = try Tool.ffprobe(clip.name, in: folder.url)
        let (frames, reader) = try read(folder.path(clip.name))
        #expect(frames.count == reference.count)
        if clip.frames >= 0 {
            #expect(frames.count == clip.frames)
            #expect((reader.properties.width, reader.properties.height) == clip.size)
        }
        #expect(reader.report.timeSource == clip.timeSource)
        #expect(frames.map(\.index) == Array(frames.indices))
        if clip.timeSource == .container {
            #expect(frames.map(\.pts) == reference)
            let unit = Double(reader.properties.timeBase.num) / Double(reader.properties.timeBase.den)
            let first = try #require(frames.first?.pts)
            for frame in frames {
                let pts = try #require(frame.pts)
                #expect(abs(frame.timestamp - Double(pts - first) * unit) < 1e-9)
            }
        } else {
            for (index, frame) in frames.enumerated() { #expect(abs(frame.timestamp - Double(index) * 0.1) < 1e-6 || clip.name == "raw.h264") }
            #expect(!reader.report.warnings.isEmpty)
        }
    }
}
