import MienVideo
import Testing

/// Pictures whose pixels are no squares, against what FFmpeg shows: `scale=iw*sar:ih`.
@Suite struct PixelAspectTests {
    /// A way to store a picture, and the size at which it is shown.
    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var ratio: Rational
        var size: [Int]
        var make: String
        var testDescription: String { file }
    }

    private static let source = "-f lavfi -i testsrc2=s=180x144:r=10:d=1"

    static let cases = [
        // In the stream of the codec.
        Case(
            file: "pal.h264", ratio: Rational(64, 45), size: [256, 144], make: "-vf setsar=64/45 \(Clip.x264)"
        ),
        Case(
            file: "pal.ts", ratio: Rational(64, 45), size: [256, 144],
            make: "-vf setsar=64/45 -c:v mpeg2video"),
        Case(
            file: "ntsc.vob", ratio: Rational(8, 9), size: [192, 144],
            make: "-vf scale=216:144,setsar=8/9 -c:v mpeg2video"),
        Case(
            file: "full.avi", ratio: Rational(4, 3), size: [240, 144],
            make: "-vf setsar=4/3 -pix_fmt yuvj420p -c:v mjpeg -q:v 2"),
        // In the container.
        Case(file: "hdv.mkv", ratio: Rational(4, 3), size: [240, 144], make: "-vf setsar=4/3 -c:v ffv1"),
        Case(file: "odd.mov", ratio: Rational(16, 11), size: [262, 144], make: "-vf setsar=16/11 -c:v png"),
        Case(
            file: "thin.mp4", ratio: Rational(10, 11), size: [164, 144], make: "-vf setsar=10/11 \(Clip.x264)"
        ),
        // 4:2:2, 10 bits, odd.
        Case(
            file: "deep.mkv", ratio: Rational(3, 2), size: [266, 144],
            make: "-vf scale=177:144,setsar=3/2 -pix_fmt yuv422p10le -c:v ffv1"),
    ]

    @Test(arguments: cases)
    func pixelsAreShownAsSquares(item: Case) throws {
        let folder = ClipFolder.shared
        try folder.ffmpeg(Self.source, item.make, item.file)
        try folder.ffmpeg(
            "-i \(item.file) -vf scale=\(item.size[0]):\(item.size[1]),setsar=1 -frames:v 1 -update 1 \(item.file).png"
        )
        let reader = try VideoReader(folder.file(item.file))
        #expect([reader.properties.width, reader.properties.height] == item.size)
        #expect(reader.properties.pixelAspect == item.ratio)
        #expect(reader.properties.stored.height == 144 && reader.properties.stored.width < 217)
        let frame = try #require(try reader.next())
        #expect([frame.image.width, frame.image.height] == item.size)
        let shown = try firstImage(folder.file(item.file + ".png"))
        #expect(meanDifference(frame.image, shown) < 4.5)
        #expect(reader.report.warnings == [])
    }

    @Test(arguments: [(90, [144, 256]), (180, [256, 144])])
    func storedPixelsAreMadeSquareAndThenTurned(rotation: Int, size: [Int]) throws {
        let folder = ClipFolder.shared
        let (flat, turned) = ("flat\(rotation).mp4", "turned\(rotation).mp4")
        try folder.ffmpeg(Self.source, "-vf setsar=64/45 \(Clip.x264) \(flat)")
        try folder.ffmpeg("-i \(flat) -c copy -metadata:s:v rotate=\(rotation) \(turned)")
        let image = try firstImage(folder.file(turned))
        #expect([image.width, image.height] == size)
        let upright = try firstImage(folder.file(flat))
        let isQuarter = rotation == 90
        let clockwise = try VideoReader(folder.file(turned)).properties.rotation == 90
        for (x, y) in [(0, 0), (100, 50), (255, 143)] {
            let place = isQuarter ? (clockwise ? (143 - y, x) : (y, 255 - x)) : (255 - x, 143 - y)
            #expect(image[place.0, place.1] == upright[x, y])
        }
    }

    @Test func theRatioMayChangeOnTheWay() throws {
        let folder = ClipFolder.shared
        for (name, ratio) in [("wide", "64/45"), ("narrow", "16/15")] {
            try folder.ffmpeg(Self.source, "-vf setsar=\(ratio) -c:v mpeg2video \(name).ts")
        }
        try folder.write(folder.read("wide.ts") + folder.read("narrow.ts"), to: "changes.ts")
        let reading = try Reading(folder.file("changes.ts"))
        #expect(Set(reading.rows.map(\.width)) == [256, 192])
        #expect(reading.rows.first?.width == 256 && reading.rows.last?.width == 192)
        #expect(
            reading.report.warnings.contains { $0.hasPrefix("pixels change from 64:45 to 16:15 at frame") })
    }

    @Test(arguments: ["1/1000", "200/1"])
    func aRatioThatCannotBeIsNotUsed(ratio: String) throws {
        let folder = ClipFolder.shared
        let name = "absurd-\(ratio.replacing("/", with: "-")).mkv"
        try folder.ffmpeg(Self.source, "-vf setsar=\(ratio):max=1000 -c:v ffv1 \(name)")
        let reading = try Reading(folder.file(name))
        #expect(reading.rows.allSatisfy { $0.width == 180 && $0.height == 144 } && reading.rows.count == 10)
        #expect(reading.report.warnings.count == 1)
        #expect(reading.report.warnings.first?.contains("no shape in use") == true)
    }

    /// The density of a picture is for printing: viewers show its pixels as squares.
    @Test(arguments: ["jpg", "png", "tiff", "gif"])
    func aPicturesDensityIsNotAShape(ending: String) throws {
        let folder = ClipFolder.shared
        try folder.ffmpeg(Self.source, "-frames:v 1 -vf setsar=2/1 -update 1 dense.\(ending)")
        let reading = try Reading(folder.file("dense." + ending))
        #expect(reading.rows.map(\.width) == [180] && reading.properties.pixelAspect == nil)
        #expect(reading.report.warnings.first?.contains("a density of 2:1, which viewers ignore") == true)
    }

    @Test func aPictureTooLargeToBeStretchedIsNot() {
        var aspect = PixelAspect(isPicture: false)
        #expect(aspect.next(stated: Rational(3, 1), size: PictureSize(width: 16_000, height: 16_000)) == nil)
        #expect(aspect.warning != nil)
    }
}
