import Foundation
import MienVideo
import TestSupport
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

    /// Whatever the bytes are, there is an answer.
    @Test func damagedEXIFIsNone() throws {
        let tiff =
            Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
        let png = [UInt8](repeating: 0, count: 8) + [0, 0, 0, 26] + Array("eXIf".utf8) + tiff + [0, 0, 0, 0]
        let webP = [UInt8](repeating: 0, count: 12) + Array("EXIF".utf8) + [26, 0, 0, 0] + tiff
        let readers = [ExifOrientation.tiff, ExifOrientation.png, ExifOrientation.webP]
        var random = Random(seed: 3)
        for (file, read) in zip([tiff, png, webP], readers) {
            #expect(file.withUnsafeBytes { read($0) }?.rotation == 90)
            for length in 0..<file.count - 12 {
                #expect(
                    file.prefix(length).withUnsafeBufferPointer { read(UnsafeRawBufferPointer($0)) } == nil)
            }
            for _ in 0..<2000 {
                var broken = file
                for _ in 0..<3 {
                    broken[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                _ = broken.withUnsafeBytes { read($0) }
            }
        }
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

    private static let colours: [Character: [Int]] = [
        "R": [254, 0, 0], "G": [0, 255, 1], "B": [0, 0, 254], "W": [255, 255, 255],
    ]

    /// A picture of 32 x 16 pixels of four quarters in a file of that kind with that EXIF orientation.
    private func oriented(_ kind: String, _ value: Int) throws -> String {
        let folder = ClipFolder.shared
        let name = "exif\(value)-\(kind)"
        var pixels = Data()
        for y in 0..<16 {
            for x in 0..<32 {
                let letter: Character = y < 8 ? (x < 16 ? "R" : "G") : (x < 16 ? "B" : "W")
                pixels.append(contentsOf: Self.colours[letter]!.map { UInt8($0) })
            }
        }
        try folder.write(Data("P6 32 16 255\n".utf8) + pixels, to: name + ".ppm")
        let entry: [UInt8] = [0x12, 1, 3, 0, 1, 0, 0, 0, UInt8(value), 0, 0, 0, 0, 0, 0, 0]
        let exif = Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0] + entry
        var file: Data
        switch kind {
        case "jpg":
            try folder.ffmpeg("-i \(name).ppm -pix_fmt yuvj444p -q:v 1 \(name).jpg")
            file = try folder.read(name + ".jpg")
            let data = Array("Exif\0\0".utf8) + exif
            file.insert(contentsOf: [0xff, 0xe1, 0, UInt8(data.count + 2)] + data, at: 2)
        case "png":
            try folder.ffmpeg("-i \(name).ppm \(name).png")
            file = try folder.read(name + ".png")
            // After the signature and the header, with a checksum that nobody reads.
            file.insert(
                contentsOf: [0, 0, 0, UInt8(exif.count)] + Array("eXIf".utf8) + exif + [0, 0, 0, 0], at: 33)
        case "webp":
            try folder.ffmpeg("-i \(name).ppm -c:v libwebp -lossless 1 \(name).webp")
            file = try folder.read(name + ".webp")
            file.append(contentsOf: Array("EXIF".utf8) + [UInt8(exif.count), 0, 0, 0] + exif)
            let size = UInt32(file.count - 8)
            for index in 0..<4 { file[4 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
        default: file = tiff(pixels, value, isBigEndian: kind == "tif")
        }
        try folder.write(file, to: "\(name).\(kind)")
        return folder.file("\(name).\(kind)")
    }

    private func tiff(_ pixels: Data, _ orientation: Int, isBigEndian: Bool) -> Data {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            let bytes = (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBigEndian ? bytes.reversed() : bytes
        }
        // Tag, type (3: two bytes, 4: four), count, value; the pixels follow the directory and the three depths.
        let (depths, start) = (8 + 2 + 10 * 12 + 4, 8 + 2 + 10 * 12 + 4 + 6)
        let tags = [
            (256, 4, 1, 32), (257, 4, 1, 16), (258, 3, 3, depths), (259, 3, 1, 1), (262, 3, 1, 2),
            (273, 4, 1, start), (274, 3, 1, orientation), (277, 3, 1, 3), (278, 4, 1, 16),
            (279, 4, 1, pixels.count),
        ]
        var file = Data((isBigEndian ? "MM" : "II").utf8)
        file.append(contentsOf: number(42, 2) + number(8, 4) + number(tags.count, 2))
        for (tag, type, count, value) in tags {
            let isShort = type == 3 && count == 1
            file.append(contentsOf: number(tag, 2) + number(type, 2) + number(count, 4))
            file.append(contentsOf: isShort ? number(value, 2) + [0, 0] : number(value, 4))
        }
        file.append(contentsOf: number(0, 4) + number(8, 2) + number(8, 2) + number(8, 2))
        return file + pixels
    }

    /// Red, green, blue, white quarters; EXIF orientation 1 to 8 and what then lies in the corners.
    @Test(
        arguments: ["jpg", "png", "webp", "tiff", "tif"],
        [
            (1, "RGBW"), (2, "GRWB"), (3, "WBGR"), (4, "BWRG"), (5, "RBGW"), (6, "BRWG"), (7, "WGBR"),
            (8, "GWRB"),
        ])
    func exifOrientationIsApplied(kind: String, orientation: (Int, String)) throws {
        let (value, corners) = orientation
        let image = try firstImage(try oriented(kind, value))
        #expect(image.width == (value < 5 ? 32 : 16) && image.height == (value < 5 ? 16 : 32))
        let (right, bottom) = (image.width - 1, image.height - 1)
        for (place, letter) in zip([(0, 0), (right, 0), (0, bottom), (right, bottom)], corners) {
            let pixel = image[place.0, place.1]
            #expect(distance(pixel, Self.colours[letter]!) <= 6, "\(place): \(pixel), expected \(letter)")
        }
    }
}
