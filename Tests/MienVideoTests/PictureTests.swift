import Foundation
import MienTensor
import MienVideo
import Testing

/// Still images and image sequences, and names that look like something else.
@Suite struct PictureTests {
    @Test(arguments: Clip.stills + [.stillWebP])
    func aStillImageIsOneFrameAtZero(clip: Clip) throws {
        let reading = try Reading(ClipFolder.shared(clip))
        #expect(reading.rows.count == 1)
        #expect(reading.rows[0].timestamp == 0)
        #expect(reading.properties.isStillImage)
        #expect(reading.properties.averageFrameRate == nil && reading.properties.estimatedFrameCount == 1)
    }

    /// A folder with numbered images of 64 x 48 pixels.
    private func sequence(_ name: String, numbers: [Int], oddOneOut: Int? = nil) throws -> String {
        let folder = ClipFolder.shared
        let path = folder.file(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for number in numbers {
            let size = number == oddOneOut ? "96x64" : "64x48"
            try folder.ffmpeg(
                "-f lavfi -i testsrc2=s=\(size):r=10:d=1 -frames:v 1 -update 1 \(name)/i\(number).png")
        }
        return path
    }

    @Test func aSequenceMayMixSizes() throws {
        let path = try sequence("mixed", numbers: [1, 2, 3], oddOneOut: 2)
        let reading = try Reading(path + "/i%d.png")
        #expect(reading.rows.map(\.width) == [64, 96, 64])
        #expect(reading.rows.map(\.timestamp) == [0, 0.04, 0.08])
        #expect(!reading.properties.isStillImage)
        #expect(reading.report.warnings == [])
    }

    @Test func aSequenceStopsAtAGapAndSaysSo() throws {
        let path = try sequence("gap", numbers: [11, 12, 14, 15])
        let reading = try Reading(path + "/i%d.png")
        #expect(reading.rows.count == 2)
        let warning = try #require(reading.report.warnings.first)
        #expect(warning.contains("number 13 is missing") && warning.contains("number 14 and 1 more"))
    }

    @Test(arguments: ["a%d.png", "x:y.png", "q?[1].png", "b%03d.mp4", "http:x.png"])
    func existingFilesAreTakenLiterally(name: String) throws {
        let folder = ClipFolder.shared
        let source = try folder(name.hasSuffix("mp4") ? .bFrames : Clip.stills[0])
        try folder.write(Data(contentsOf: URL(fileURLWithPath: source)), to: name)
        #expect(try Reading(folder.file(name)).rows == Reading(source).rows)
        // Also without a folder in front, where "x:" looks like a protocol.
        try #require(folder.file(name).hasPrefix("/"))
        #expect(try Reading("file:" + folder.file(name)).rows.count > 0)
    }

    @Test func aPipeCanBeRead() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: ClipFolder.shared(.noise)))
        let expected = try Reading(ClipFolder.shared(.noise))
        let pipe = Pipe()
        Thread.detachNewThread { [writing = pipe.fileHandleForWriting] in
            try? writing.write(contentsOf: bytes)
            try? writing.close()
        }
        let reading = try Reading("pipe:\(dup(pipe.fileHandleForReading.fileDescriptor))")
        #expect(reading.rows == expected.rows)
    }

    /// Red, green, blue, white quarters; EXIF orientation 1 to 8 and what then lies in the corners.
    @Test(arguments: [
        (1, "RGBW"), (2, "GRWB"), (3, "WBGR"), (4, "BWRG"), (5, "RBGW"), (6, "BRWG"), (7, "WGBR"),
        (8, "GWRB"),
    ])
    func exifOrientationIsApplied(value: Int, corners: String) throws {
        let folder = ClipFolder.shared
        let colours: [Character: [Int]] = [
            "R": [254, 0, 0], "G": [0, 255, 1], "B": [0, 0, 254], "W": [255, 255, 255],
        ]
        var picture = Data("P6 32 16 255\n".utf8)
        for y in 0..<16 {
            for x in 0..<32 {
                let letter: Character = y < 8 ? (x < 16 ? "R" : "G") : (x < 16 ? "B" : "W")
                picture.append(contentsOf: colours[letter]!.map { UInt8($0) })
            }
        }
        try folder.write(picture, to: "exif\(value).ppm")
        try folder.ffmpeg("-i exif\(value).ppm -pix_fmt yuvj444p -q:v 1 exif\(value).jpg")
        var file = try folder.read("exif\(value).jpg")
        let entry: [UInt8] = [0x12, 1, 3, 0, 1, 0, 0, 0, UInt8(value), 0, 0, 0, 0, 0, 0, 0]
        let exif = Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 1, 0] + entry
        file.insert(contentsOf: [0xff, 0xe1, 0, UInt8(exif.count + 2)] + exif, at: 2)
        try folder.write(file, to: "exif\(value).jpg")

        let image = try firstImage(folder.file("exif\(value).jpg"))
        #expect(image.width == (value < 5 ? 32 : 16) && image.height == (value < 5 ? 16 : 32))
        let (right, bottom) = (image.width - 1, image.height - 1)
        for (place, letter) in zip([(0, 0), (right, 0), (0, bottom), (right, bottom)], corners) {
            let pixel = image[place.0, place.1]
            #expect(distance(pixel, colours[letter]!) <= 6, "\(place): \(pixel), expected \(letter)")
        }
    }
}
