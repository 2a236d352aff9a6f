import Foundation
import MienVideo
import Testing

/// Files with several video streams, and files that are not what their names say.
@Suite struct StreamChoiceTests {
    /// Sound, a cover picture, and two videos.
    private static let several = Clip("several.mkv", frames: 10) { folder in
        try folder.ffmpeg("-f lavfi -i testsrc=s=32x32 -frames:v 1 -update 1 several.png")
        try folder.ffmpeg(
            "-f lavfi -i sine=d=1 -f lavfi -i testsrc2=s=64x48:r=10:d=1 -f lavfi -i testsrc2=s=128x96:r=5:d=1",
            "-map 0 -map 1 -map 2 -c:v ffv1 -attach several.png -metadata:s:t mimetype=image/png several.mkv")
    }

    @Test(arguments: [(nil, 64, 10), (0, 64, 10), (1, 128, 5)] as [(Int?, Int, Int)])
    func theStreamAskedForIsRead(number: Int?, width: Int, frames: Int) throws {
        var options = VideoOptions()
        options.videoStream = number
        let reading = try Reading(ClipFolder.shared(Self.several), options: options)
        #expect(reading.rows.count == frames && reading.rows.allSatisfy { $0.width == width })
        #expect(reading.properties.videoStream == number ?? 0)
        let expected =
            "the input has several video streams: 0 (ffv1, 64x48), 1 (ffv1, 128x96). 0 is read; --video-stream N reads another"
        #expect(reading.report.warnings == (number == nil ? [expected] : []))
    }

    @Test func aStreamThatIsNotThereIsRefused() throws {
        var options = VideoOptions()
        options.videoStream = 2
        let path = try ClipFolder.shared(Self.several)
        let error = #expect(throws: VideoError.self) { try VideoReader(path, options: options) }
        #expect(
            error?.description
                == "\(path): has no video stream 2; expected one of 0 (ffv1, 64x48), 1 (ffv1, 128x96)")
        #expect(try VideoReader(ClipFolder.shared(.bFrames)).properties.videoStream == nil)
    }

    /// A HEIC picture's first box. FFmpeg before 7 takes no such picture for one.
    static let heic = Data([0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0] + Array("mif1heic".utf8))

    @Test func aPictureInHEICIsCalledOne() throws {
        try ClipFolder.shared.write(Self.heic, to: "photo.HEIC")
        let path = ClipFolder.shared.file("photo.HEIC")
        let error = #expect(throws: VideoError.self) { try VideoReader(path) }
        #expect(error == .heic(path))
        #expect(error?.description.contains("heif-convert") == true)
    }

    /// A name, and the clip in the file, as a copy of another name.
    @Test(arguments: [
        ("MOV001.MOD", Clip.interlaced), ("a.bin", .rawH264), ("b", .bFrames), ("c.jfif", .stills[2]),
    ])
    func aVideoIsFoundWhateverItsName(name: String, clip: Clip) throws {
        let folder = ClipFolder.shared
        let data = try Data(contentsOf: URL(fileURLWithPath: folder(clip)))
        try folder.write(data, to: "any-" + name)
        #expect(MediaFile(path: folder.file("any-" + name)) == .video)
    }

    @Test func whatIsNoVideoIsNotTakenForOne() throws {
        let folder = ClipFolder.shared
        try folder.ffmpeg("-f lavfi -i sine=d=1 sound.mp3")
        try folder.ffmpeg("-f lavfi -i sine=d=1 sound.wav")
        let list = Data("#EXTM3U\n#EXTINF:2,\n\(try folder(.bFrames))\n#EXT-X-ENDLIST\n".utf8)
        try folder.write(list, to: "list.m3u8")
        try folder.write(Data("1\n00:00:01,000 --> 00:00:02,000\nHello\n".utf8), to: "text.srt")
        try folder.write(
            Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }), to: "noise.dat")
        for name in ["sound.mp3", "sound.wav", "list.m3u8", "text.srt", "noise.dat", "nothing"] {
            #expect(MediaFile(path: folder.file(name)) == .other, "\(name)")
        }
        for clip in [Clip.audioOnly, .coverOnly, .empty, .garbage] {
            #expect(MediaFile(path: try folder(clip)) == .other, "\(clip.name)")
        }
        #expect(MediaFile(path: folder.path) == .other)
    }
}
