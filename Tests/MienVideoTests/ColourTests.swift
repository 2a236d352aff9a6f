import Foundation
import MienVideo
import TestSupport
import Testing

@Suite struct ColourTests {
    struct Format: Sendable, CustomTestStringConvertible {
        var pixels: String
        var matrix: String
        var range: String
        var expected: ColourInterpretation.Matrix

        var testDescription: String { "\(pixels) \(matrix) \(range)" }
    }

    static let formats = [
        Format(pixels: "yuv420p", matrix: "bt709", range: "pc", expected: .bt709),
        Format(pixels: "yuv420p", matrix: "bt709", range: "tv", expected: .bt709),
        Format(pixels: "yuv420p", matrix: "smpte170m", range: "tv", expected: .bt601),
        Format(pixels: "yuv420p10le", matrix: "bt2020nc", range: "tv", expected: .bt2020),
        Format(pixels: "yuv422p", matrix: "bt470bg", range: "pc", expected: .bt601),
        Format(pixels: "yuv444p", matrix: "bt709", range: "tv", expected: .bt709),
    ]

    @Test(arguments: formats, [[255, 0, 0], [0, 0, 255], [200, 120, 40], [255, 255, 255], [0, 0, 0]])
    func taggedColoursComeOutAsTheyWentIn(format: Format, colour: [Int]) throws {
        let folder = ClipFolder.shared
        let hex = colour.map { String(format: "%02x", $0) }.joined()
        let name = "flat-\(format.pixels)-\(format.matrix)-\(format.range)-\(hex).mkv"
        let scale =
            "scale=out_color_matrix=\(format.matrix):out_range=\(format.range),format=\(format.pixels)"
        try folder.ffmpeg(
            "-f lavfi -i color=c=0x\(hex):s=64x48:r=10:d=0.1,format=gbrp,\(scale)",
            "-color_range \(format.range) -colorspace \(format.matrix) -c:v libx264 -qp 0 -threads 1 \(name)")
        let reader = try VideoReader(folder.file(name))
        #expect(reader.properties.colour.matrix == format.expected)
        #expect(!reader.properties.colour.matrixIsAssumed && !reader.properties.colour.rangeIsAssumed)
        #expect(reader.properties.colour.isFullRange == (format.range == "pc"))
        let image = try #require(try reader.next()).image
        for (x, y) in [(0, 0), (31, 20), (63, 47)] {
            // 8-bit limited-range chroma alone may be off by two.
            #expect(distance(image[x, y], colour) <= 2, "\(image[x, y])")
        }
    }

    @Test(arguments: [("640x360", ColourInterpretation.Matrix.bt601), ("1280x720", .bt709)])
    func withoutATagTheSizeDecides(size: String, matrix: ColourInterpretation.Matrix) throws {
        let clip = Clip("untagged-\(size).mp4", frames: 1, size: size, "-frames:v 1 \(Clip.x264)")
        let colour = try Reading(ClipFolder.shared(clip)).properties.colour
        #expect(colour.matrix == matrix && colour.matrixIsAssumed)
        #expect(!colour.isFullRange)
    }

    /// The definition of BT.601, limited range, in doubles.
    @Test func everyPixelIsWithinOneOfTheDefinition() throws {
        let (width, height) = (61, 45)
        var numbers = Random(seed: 7)
        func random(_ range: ClosedRange<Int>) -> UInt8 {
            UInt8(Int.random(in: range, using: &numbers))
        }
        let count = width * height
        let luma = (0..<count).map { _ in random(16...235) }
        let chroma = (0..<2 * count).map { _ in random(16...240) }
        var file = Data("YUV4MPEG2 W\(width) H\(height) F10:1 Ip A1:1 C444\nFRAME\n".utf8)
        file.append(contentsOf: luma + chroma)
        try ClipFolder.shared.write(file, to: "random.y4m")
        let image = try firstImage(ClipFolder.shared.file("random.y4m"))
        var worst = 0.0
        for y in 0..<height {
            for x in 0..<width {
                let at = y * width + x
                let base = (Double(luma[at]) - 16) * 255 / 219
                let blue = (Double(chroma[at]) - 128) * 255 / 224
                let red = (Double(chroma[count + at]) - 128) * 255 / 224
                let exact = [
                    base + 1.402 * red, base - 0.344136 * blue - 0.714136 * red, base + 1.772 * blue,
                ].map { min(max($0, 0), 255) }
                let pixel = image[x, y]
                for (got, wanted) in zip([pixel.red, pixel.green, pixel.blue], exact) {
                    worst = max(worst, abs(Double(got) - wanted))
                }
            }
        }
        #expect(worst <= 1)
    }

    @Test(arguments: ["png", "tiff", "bmp", "ppm"])
    func rgbIsExactAndNothingIsWrittenOutsideTheRow(format: String) throws {
        let folder = ClipFolder.shared
        let pixels = (0..<65 * 7 * 3).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 251) }
        try folder.write(Data("P6 65 7 255\n".utf8) + pixels, to: "exact-\(format).ppm")
        if format != "ppm" {
            try folder.ffmpeg(
                "-i exact-\(format).ppm -pix_fmt \(format == "bmp" ? "bgr24" : "rgb24") exact.\(format)")
        }
        let image = try firstImage(folder.file(format == "ppm" ? "exact-ppm.ppm" : "exact.\(format)"))
        for at in 0..<65 * 7 {
            let wanted = pixels[3 * at..<3 * at + 3].map { Int($0) }
            #expect(distance(image[at % 65, at / 65], wanted) == 0)
        }
    }

    @Test func transparentPicturesLieOnBlack() throws {
        let half = Clip("half.png", frames: 1) {
            try $0.ffmpeg("-f lavfi -i color=c=0xc86432@0.50:s=8x8:d=1,format=rgba -frames:v 1 half.png")
        }
        let image = try firstImage(ClipFolder.shared(half))
        #expect(distance(image[3, 3], [100, 50, 25]) <= 1)
        let video = try Reading(ClipFolder.shared(.alphaVP9))
        #expect(video.properties.pixelFormat == "yuva420p")
    }

    @Test func sixteenBitGreyKeepsItsValues() throws {
        let grey = Clip("grey16.png", frames: 1) {
            try $0.ffmpeg("-f lavfi -i color=c=0x808080:s=8x8:d=1,format=gray16be -frames:v 1 grey16.png")
        }
        #expect(distance(try firstImage(ClipFolder.shared(grey))[4, 4], [128, 128, 128]) <= 1)
    }
}
