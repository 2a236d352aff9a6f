import Foundation
import MienVideo
import Testing

@Suite struct VideoWriterTests {
    @Test(arguments: [
        Clip.bFrames, .variableRate, .lateStart, .editList, .negativeMP4, .rotated, .anamorphic, .tenBit,
        .odd444,
        .oddVP9, .alphaVP9, .palette, .interlaced, .telecine, .bFramesAVI, .gif, .longAudio,
    ]) func keepsEveryTimestampExactly(clip: Clip) throws {
        let source = try ClipFolder.shared(clip)
        for ending in ["mp4", "mov"] {
            let copy = try Copy(of: source, to: "copy-\(clip.name).\(ending)")
            let original = try Reading(source)
            let times = ExactTimes(original.rows.compactMap(\.pts), unit: original.properties.timeBase)
            #expect(try ExactTimes(frames: copy.path) == times)
            #expect(copy.warnings.isEmpty, "\(copy.warnings)")
            #expect(copy.encoder == "libx264")
        }
    }

    @Test func startsThatAreNoMillisecondsAreExactToo() throws {
        // 1001/30000 s.
        try ClipFolder.shared.ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=30000/1001:d=1 -c:v libx264 -threads 1 -bf 0 ntsc.mp4")
        try ClipFolder.shared.ffmpeg(
            "-i ntsc.mp4 -c copy -bsf:v setts=ts=TS+1001 -avoid_negative_ts disabled -movie_timescale 30000 late.mp4"
        )
        let source = ClipFolder.shared.file("late.mp4")
        let times = try ExactTimes(frames: source)
        try #require(times.ticks[0] % 30 != 0)
        let copy = try Copy(of: source, to: "copy-late.mp4")
        #expect(try ExactTimes(frames: copy.path) == times)
    }

    @Test(arguments: [Clip.rawH264, .negativeMKV, .wrap]) func whereTimesCannotBeTheSourcesTheirDistancesAre(
        clip: Clip
    ) throws {
        let source = try ClipFolder.shared(clip)
        let copy = try Copy(of: source, to: "copy-\(clip.name).mp4")
        let (original, read) = (try Reading(source), try Reading(copy.path))
        #expect(
            read.rows.map { ($0.timestamp * 1e6).rounded() }
                == original.rows.map { ($0.timestamp * 1e6).rounded() })
        #expect(read.rows.first?.pts == 0)
    }

    @Test func timeThatJumpsBackGoesOnAndIsSaid() throws {
        let source = try ClipFolder.shared(.sizeChangeTS)
        let copy = try Copy(of: source, to: "copy-sizes.mp4")
        #expect(copy.warnings.contains { $0.contains("jumps back at 1 frame,") }, "\(copy.warnings)")
        let reading = try Reading(copy.path)
        #expect(reading.rows.count == 19)
        #expect(zip(reading.rows, reading.rows.dropFirst()).allSatisfy { $0.pts! < $1.pts! })
        // Both sizes are there, in the first one's frame.
        #expect(reading.rows.allSatisfy { $0.width == 64 && $0.height == 48 })
    }

    @Test func theLastFrameIsShownForItsTime() throws {
        let source = try ClipFolder.shared(.variableRate)
        let copy = try Copy(of: source, to: "copy-last.mp4")
        let properties = try VideoReader(copy.path).properties
        let duration = try #require(properties.estimatedDuration)
        let original = try VideoReader(source).properties
        let expected = try #require(original.estimatedDuration)
        #expect(abs(duration - expected) < 0.01)
    }

    @Test(arguments: [Clip.odd444, .oddVP9, .rotated, .bFrames, .anamorphic])
    func thePictureIsTheSources(clip: Clip) throws {
        let source = try ClipFolder.shared(clip)
        let copy = try Copy(of: source, to: "picture-\(clip.name).mp4")
        let (a, b) = (try VideoReader(source), try VideoReader(copy.path))
        #expect(b.properties.rotation == 0)
        #expect(b.properties.width == a.properties.width + a.properties.width % 2)
        #expect(b.properties.height == a.properties.height + a.properties.height % 2)
        #expect(b.properties.pixelAspect == nil)
        // The test picture has chroma edges everywhere, which 4:2:0 blurs.
        let (before, after) = (try a.next(), try b.next())
        let (old, new) = (try #require(before), try #require(after))
        #expect(meanDifference(old.image, new.image) < 9)
    }

    @Test(
        arguments: [
            ("bt709", "pc"), ("bt709", "tv"), ("smpte170m", "tv"), ("bt470bg", "pc"), ("bt2020nc", "tv"),
        ]
            as [(String, String)])
    func coloursAndTheirTagsAreTheSources(space: String, range: String) throws {
        let name = "bars-\(space)-\(range).mp4"
        let matrix = ["bt709": "bt709", "bt2020nc": "bt2020"][space] ?? "bt601"
        let primaries =
            ["bt2020nc": "bt2020", "bt470bg": "bt470bg", "smpte170m": "smpte170m"][space] ?? "bt709"
        try ClipFolder.shared.ffmpeg(
            "-f lavfi -i smptebars=s=320x240:r=5:d=1 -vf scale=out_color_matrix=\(matrix):out_range=\(range),format=yuv420p",
            "-colorspace \(space) -color_range \(range) -color_primaries \(primaries) -color_trc smpte170m",
            "\(Clip.x264) -qp 0 \(name)")
        let source = ClipFolder.shared.file(name)
        let copy = try Copy(of: source, to: "copy-" + name)
        let entries = "color_space,color_range,color_primaries,color_transfer"
        #expect(
            try probedStream(copy.path, stream: "v", entries) == probedStream(source, stream: "v", entries))
        let (before, after) = (try firstImage(source), try firstImage(copy.path))
        #expect(meanDifference(before, after) < 1.5)
    }

    @Test func pictureFilesAreVideosOfOneFrame() throws {
        for clip in Clip.stills {
            let copy = try Copy(of: try ClipFolder.shared(clip), to: "copy-\(clip.name).mp4")
            #expect(try Reading(copy.path).rows.count == 1)
        }
    }

    @Test func withoutX264TheVideoIsMPEG4AndThatIsSaid() throws {
        var options = VideoWriter.Options()
        options.encoders = ["libx264-of-another-name", "mpeg4"]
        let source = try ClipFolder.shared(.variableRate)
        let copy = try Copy(of: source, to: "fallback.mp4", options: options)
        #expect(copy.encoder == "mpeg4")
        #expect(copy.warnings.contains { $0.contains("no libx264") })
        #expect(try ExactTimes(frames: copy.path) == ExactTimes(frames: source))
        options.encoders = ["none-at-all"]
        #expect(throws: VideoError.self) { try Copy(of: source, to: "none.mp4", options: options) }
    }

    @Test func aFileThatWasNeverFinishedPlaysAsFarAsItGoes() throws {
        let source = try ClipFolder.shared(.big)
        let copy = try Copy(of: source, to: "unfinished.mp4", finishes: false)
        let reading = try Reading(copy.path)
        #expect(reading.rows.count >= 20)
        let original = try Reading(source)
        #expect(zip(reading.rows, original.rows).allSatisfy { abs($0.timestamp - $1.timestamp) < 1e-6 })
    }

    @Test func theKindOfFileIsTheNames() throws {
        let source = try ClipFolder.shared(.bFrames)
        #expect(throws: VideoError.unknownContainer(ClipFolder.shared.file("copy.avi"))) {
            try Copy(of: source, to: "copy.avi")
        }
        // Its time base, 1/10240 s, is no number of milliseconds.
        let copy = try Copy(of: source, to: "copy.mkv")
        #expect(copy.warnings.contains { $0.contains("1 ms") })
        #expect(try VideoReader(copy.path).properties.container.hasPrefix("matroska"))
        #expect(try Reading(copy.path).rows.count == 20)
    }

    @Test func aFullDiskIsSaid() throws {
        let reader = try VideoReader(ClipFolder.shared(.big))
        let error = #expect(throws: VideoError.self) {
            let writer = try VideoWriter(path: "/dev/full", name: "out.mp4", format: reader.pictureFormat)
            let canvas = Canvas(width: 160, height: 120)
            while let frame = try reader.next() {
                canvas.copy(frame.image)
                try writer.write(canvas, pts: frame.pts, timestamp: frame.timestamp)
            }
            try writer.finish()
        }
        let message = error?.description ?? ""
        #expect(message.hasPrefix("out.mp4: cannot be written (No space left on device"), "\(message)")
    }
}
