import Foundation
import MienFaces
import MienImage
import MienTensor
import Testing

@Suite struct FaceDetectorTests {
    /// The eyes of the portrait, marked by hand.
    static let eyes = (left: Point(x: 62, y: 51), right: Point(x: 84, y: 52))

    @Test(arguments: [1, 2])
    func findsTheFaceOfAPortrait(workers: Int) throws {
        let detector = try FaceDetector(workers: Workers(count: workers))
        let faces = detector.search(try portrait())
        try #require(faces.count == 1)
        #expect(faces[0].score > 0.8 && faces[0].score <= 1)
        #expect(distance(faces[0].landmarks.leftEye, Self.eyes.left) < 2.5)
        #expect(distance(faces[0].landmarks.rightEye, Self.eyes.right) < 2.5)
        #expect((42...60).contains(faces[0].box.width))
        // Nothing is left over from one search to the next.
        let again = detector.search(try portrait())
        try #require(again.count == 1)
        #expect(abs(again[0].score - faces[0].score) < 1e-3)
    }

    /// Faces of 6 % of the height upwards, all over the picture, in landscape and portrait format.
    @Test(arguments: [(1280, 720), (720, 1280), (640, 360), (1000, 1000)], [Float(0.06), 0.15, 0.4])
    func findsFacesOfAllSizes(size: (width: Int, height: Int), fraction: Float) throws {
        let portrait = try portrait()
        let side = fraction * Float(min(size.width, size.height))
        let image = Image(width: size.width, height: size.height)
        image.fill(90)
        // The portrait is 2.5 times as wide as its face.
        let width = Int(side * 2.5)
        let places =
            fraction > 0.2
            ? [(size.width / 2, size.height / 2)]
            : [(width, width), (size.width - width, size.height / 2), (size.width / 3, size.height - width)]
        for (x, y) in places {
            image.paste(portrait, width: width, x: x - width / 2, y: y - width / 2)
        }
        let faces = try FaceDetector(workers: Workers(count: 1)).search(image)
        #expect(faces.count == places.count)
        for (x, y) in places {
            #expect(faces.contains { distance($0.box.center, Point(x: Float(x), y: Float(y))) < 0.7 * side })
        }
    }

    /// Small and middling faces in parts of a picture, against the search of the whole.
    @Test(arguments: [Float(0.06), 0.12, 0.2], [(100, 90), (640, 360), (1180, 620)])
    func aSearchOfAPartFindsWhatIsThere(fraction: Float, place: (x: Int, y: Int)) throws {
        let image = Image(width: 1280, height: 720)
        image.fill(90)
        let side = fraction * 720
        let width = Int(side * 2.5)
        image.paste(try portrait(), width: width, x: place.x - width / 2, y: place.y - width / 2)
        let detector = try FaceDetector(workers: Workers(count: 1))
        let whole = detector.search(image)
        try #require(whole.count == 1)
        // The face alone, as if nothing else had changed.
        let part = detector.search(image, in: [whole[0].box])
        try #require(part.count == 1)
        #expect(part[0].box.overlap(whole[0].box) > 0.9)
        // In a part that does not touch it there is none, and in several it is found once.
        let other = FaceBox(x: place.x < 640 ? 800 : 0, y: 0, width: 300, height: 720)
        #expect(detector.search(image, in: [other]).isEmpty)
        #expect(detector.search(image, in: [other, whole[0].box, whole[0].box]).count == 1)
        // Nothing is left over from one size to the next.
        #expect(detector.search(image) == whole)
    }

    @Test func oddPartsAreSearchedAsFarAsTheyLieInThePicture() throws {
        let detector = try FaceDetector(workers: Workers(count: 1))
        let image = try portrait()
        for part in [
            FaceBox(x: -500, y: 10, width: 100, height: 100), FaceBox(x: 1e9, y: 1e9, width: 1e9, height: 1),
            FaceBox(x: 20, y: 20, width: 0, height: 0),
        ] {
            #expect(detector.search(image, in: [part]).isEmpty)
        }
        #expect(detector.search(image, in: []).isEmpty)
        #expect(detector.search(image, in: [FaceBox(x: -1e6, y: -1e6, width: 2e6, height: 2e6)]).count == 1)
    }

    @Test func looksAtATurnedFace() throws {
        let detector = try FaceDetector(workers: Workers(count: 1))
        let portrait = try portrait()
        let straight = detector.detect(at: Point(x: 73, y: 62), side: 115, roll: 0, in: portrait)
        try #require(straight.count == 1)
        let turned = detector.detect(at: Point(x: 73, y: 62), side: 115, roll: 0.3, in: portrait)
        try #require(turned.count == 1)
        // The answer is in image pixels, whichever way the region was turned.
        #expect(distance(straight[0].landmarks.leftEye, turned[0].landmarks.leftEye) < 3)
        #expect(distance(straight[0].landmarks.rightEye, turned[0].landmarks.rightEye) < 3)
        #expect(distance(straight[0].landmarks.leftEye, Self.eyes.left) < 2.5)
    }

    /// A head that hangs down, or a camera held the wrong way: the landmarks are where they are, or there is no face.
    @Test(arguments: Array(stride(from: -180, to: 180, by: 20)))
    func readsATurnedHeadAsItIs(degrees: Int) throws {
        let detector = try FaceDetector(workers: Workers(count: 1))
        let roll = Float(degrees) * .pi / 180
        let image = Image(width: 320, height: 320)
        image.fill(90)
        let source = try portrait()
        let center = Point(x: 160, y: 160)
        for y in 0..<320 {
            for x in 0..<320 {
                let place = (Point(x: Float(x) + 0.5, y: Float(y) + 0.5) - center).turned(by: -roll)
                let (u, v) = (Int(place.x * 0.7 + 64), Int(place.y * 0.7 + 64))
                if (0..<128).contains(u), (0..<128).contains(v) { image[x, y] = source[u, v] }
            }
        }
        for face in detector.search(image) {
            let difference = (CropPose(face).roll - roll) / (2 * .pi)
            #expect(abs(difference - difference.rounded()) * 360 < 30)
        }
        if abs(degrees) <= 100 || abs(degrees) >= 160 { #expect(detector.search(image).count == 1) }
    }

    @Test func findsNoneWhereThereIsNone() throws {
        let detector = try FaceDetector(workers: Workers(count: 1))
        var random = TestNumbers()
        let pictures: [(Int, Int) -> UInt8] = [
            { _, _ in 0 }, { _, _ in 255 }, { x, y in UInt8(truncatingIfNeeded: (x + 2 * y) / 3) },
            { x, y in (x / 16 + y / 16) % 2 == 0 ? 30 : 220 }, { _, _ in UInt8((random.next() + 0.5) * 255) },
        ]
        for picture in pictures {
            let image = Image(width: 320, height: 240)
            for y in 0..<240 {
                for x in 0..<320 {
                    let value = picture(x, y)
                    image[x, y] = (value, value, value)
                }
            }
            #expect(detector.search(image).isEmpty)
        }
    }

    @Test(arguments: [(1, 1), (1, 400), (3000, 2), (33, 31)])
    func takesAnySize(width: Int, height: Int) throws {
        let detector = try FaceDetector(workers: Workers(count: 1))
        #expect(detector.search(Image(width: width, height: height)).isEmpty)
    }

    @Test func nonsenseToLookAtGivesNothing() throws {
        let detector = try FaceDetector(workers: Workers(count: 1))
        let image = try portrait()
        for (x, side, roll) in [
            (Float.nan, Float(50), Float(0)), (60, 0, 0), (60, .infinity, 0), (60, 1e30, 0), (60, 50, .nan),
        ] {
            #expect(detector.detect(at: Point(x: x, y: 60), side: side, roll: roll, in: image).isEmpty)
        }
        #expect(detector.detect(at: Point(x: -1e6, y: 60), side: 50, roll: 0.2, in: image).isEmpty)
    }

    @Test(arguments: [
        (640, 360, 800, 448), (1920, 1080, 800, 448), (360, 640, 448, 800), (100, 100, 224, 224),
        (10000, 100, 4096, 64), (4000, 1000, 1440, 384), (1, 1, 32, 32),
    ])
    func fullRangeInputIsBounded(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int) {
        #expect(
            DetectorSettings().fullRangeSize(width: width, height: height)
                == (expectedWidth, expectedHeight))
    }

    @Test func weightsThatAreMissingOrDamagedAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory.path
        let missing = folder + "/no-such-\(UUID()).safetensors"
        #expect(throws: FaceError.missingWeights(path: missing)) {
            _ = try NetworkWeights(path: missing)
        }
        let damaged = folder + "/damaged-\(UUID()).safetensors"
        try Data("not safetensors".utf8).write(to: URL(fileURLWithPath: damaged))
        defer { try? FileManager.default.removeItem(atPath: damaged) }
        let error = #expect(throws: FaceError.self) { _ = try NetworkWeights(path: damaged) }
        #expect(error?.description.contains(damaged) == true)
        // The right format but the wrong network: the first tensor that does not fit is named.
        let other = #expect(throws: FaceError.self) {
            _ = try ShortRangeNetwork(NetworkWeights(resource: "blazeface-full"))
        }
        #expect(other?.description.contains("\"stem.weight\"") == true)
    }

    private func portrait() throws -> Image {
        try Image(ppm: Bundle.module.bundlePath + "/Goldens/astronaut.ppm")
    }

    private func distance(_ a: Point, _ b: Point) -> Float {
        ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
    }
}

extension Image {
    /// Reads a binary PPM file as tools commonly write it: three header lines without comments.
    convenience init(ppm path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let header = data.split(separator: UInt8(ascii: "\n"), maxSplits: 3)
        try #require(header.count == 4 && String(decoding: header[0], as: UTF8.self) == "P6")
        let size = String(decoding: header[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        try #require(size.count == 2)
        self.init(width: size[0], height: size[1])
        let pixels = [UInt8](header[3])
        try #require(pixels.count == 3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let at = 3 * (y * width + x)
                self[x, y] = (pixels[at], pixels[at + 1], pixels[at + 2])
            }
        }
    }

    func fill(_ value: UInt8) {
        for y in 0..<height {
            for x in 0..<width {
                self[x, y] = (value, value, value)
            }
        }
    }

    /// Draws a square picture at the given width: the mean of 4 x 4 nearest samples a pixel.
    func paste(_ other: Image, width side: Int, x left: Int, y top: Int) {
        for y in 0..<side {
            for x in 0..<side {
                var sum = (0, 0, 0)
                for sample in 0..<16 {
                    let pixel = other[
                        (4 * x + sample % 4) * other.width / (4 * side),
                        (4 * y + sample / 4) * other.height / (4 * side)]
                    sum = (sum.0 + Int(pixel.red), sum.1 + Int(pixel.green), sum.2 + Int(pixel.blue))
                }
                if x + left >= 0, x + left < width, y + top >= 0, y + top < height {
                    self[x + left, y + top] = (UInt8(sum.0 / 16), UInt8(sum.1 / 16), UInt8(sum.2 / 16))
                }
            }
        }
    }
}
