import Foundation
import MienFaces
import MienImage
import TestSupport

/// Pictures to crop from.
enum Picture {
    typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

    /// A picture from the colour at each pixel's centre.
    static func make(width: Int, height: Int, _ color: (Float, Float) -> Color) -> Image {
        let image = Image(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { image[x, y] = color(Float(x) + 0.5, Float(y) + 0.5) }
        }
        return image
    }

    static func noise(width: Int, height: Int) -> Image {
        var random = Random(seed: 5)
        return make(width: width, height: height) { _, _ in
            let bits = random.next()
            return (UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8), UInt8(bits >> 56))
        }
    }

    /// Soft bright dots on black.
    static func dots(at places: [Point], radius: Float, width: Int, height: Int) -> Image {
        make(width: width, height: height) { x, y in
            let value = places.map { exp(-pow((Point(x: x, y: y) - $0).length / radius, 2)) }.reduce(0, +)
            let level = UInt8((250 * min(value, 1)).rounded())
            return (level, level, level)
        }
    }
}

extension Random {
    /// A number from a normal distribution.
    mutating func normal() -> Float {
        let u = Float.random(in: 1e-6..<1, using: &self)
        let v = Float.random(in: 0..<1, using: &self)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
}

/// A crop, for looking into.
struct Crop: Equatable {
    let side: Int
    var pixels: [UInt8]

    init(_ square: CropSquare, of image: Image, side: Int) {
        self.side = side
        pixels = [UInt8](repeating: 0, count: 3 * side * side)
        let cropper = FaceCropper(FaceCropperTests.published, side: side)
        pixels.withUnsafeMutableBufferPointer { cropper.crop(square, of: image, into: $0.baseAddress!) }
    }

    init(_ face: TrackedFace, _ specification: CropSpecification, of image: Image, side: Int) {
        self.side = side
        pixels = [UInt8](repeating: 0, count: 3 * side * side)
        let cropper = FaceCropper(specification, side: side)
        pixels.withUnsafeMutableBufferPointer { _ = cropper.crop(face, of: image, into: $0.baseAddress!) }
    }

    subscript(x: Int, y: Int) -> Picture.Color {
        let first = 3 * (y * side + x)
        return (pixels[first], pixels[first + 1], pixels[first + 2])
    }

    /// The centre of gravity of the red values around a place.
    func brightSpot(near place: Point, within radius: Float) -> Point {
        var (sum, total) = (Point(x: 0, y: 0), Float(0))
        for y in 0..<side {
            for x in 0..<side {
                let point = Point(x: Float(x) + 0.5, y: Float(y) + 0.5)
                guard (point - place).length < radius else { continue }
                let weight = Float(self[x, y].red)
                sum = sum + point.scaled(by: weight)
                total += weight
            }
        }
        return sum.scaled(by: 1 / max(total, 1))
    }

    func largestDifference(_ other: Crop) -> Int {
        zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}

extension TrackedFace {
    /// A frontal face around a pair of eyes, with the proportions of a detection.
    static func looking(eyes: (Point, Point), roll: Float, id: Int = 0) -> TrackedFace {
        let detection = FaceDetection.frontal(
            eyeCenter: eyes.0.midpoint(eyes.1), eyeDistance: (eyes.1 - eyes.0).length, roll: roll)
        return TrackedFace(
            id: id, box: detection.box, landmarks: detection.landmarks, confidence: detection.score,
            pose: CropPose(detection))
    }
}

extension FaceDetection {
    /// A frontal face with the proportions BlazeFace reports.
    static func frontal(eyeCenter: Point, eyeDistance d: Float, roll: Float = 0, score: Float = 0.9) -> Self {
        func place(_ x: Float, _ y: Float) -> Point { eyeCenter + Point(x: x * d, y: y * d).turned(by: roll) }
        let width = d / 0.418
        let center = place(0, 0.45)
        return FaceDetection(
            box: FaceBox(x: center.x - width / 2, y: center.y - width / 2, width: width, height: width),
            landmarks: FaceLandmarks(
                leftEye: place(-0.5, 0), rightEye: place(0.5, 0), noseTip: place(0, 0.55),
                mouthCenter: place(0, 1.06), leftTragion: place(-1.05, 0.2), rightTragion: place(1.05, 0.2)),
            score: score)
    }
}
