import CKernels
import Foundation
import Testing

import MienFaces

@Suite struct FaceCropperTests {
    static let published = CropSpecification(
        framing: .eyes(distance: 0.369, center: Point(x: 0.5, y: 0.389)), alignsRoll: true)

    @Test func aSquareAtWholePixelsIsACopy() {
        let image = Picture.noise(width: 90, height: 70)
        let square = CropSquare(origin: Point(x: 17, y: 9), side: 48, roll: 0)
        let crop = Crop(square, of: image, side: 48)
        for y in 0..<48 {
            for x in 0..<48 { #expect(crop[x, y] == image[x + 17, y + 9]) }
        }
    }

    @Test(arguments: [0.13, 0.7, 1, 1.6, 2, 3.3, 9, 70, 300])
    func aConstantPictureStaysConstant(scale: Float) {
        let image = Picture.make(width: 61, height: 47) { _, _ in (7, 130, 255) }
        let square = CropSquare(origin: Point(x: -11.3, y: 4.2), side: 33 * scale, roll: 0.3)
        let crop = Crop(square, of: image, side: 33)
        for y in 0..<33 {
            for x in 0..<33 { #expect(crop[x, y] == (7, 130, 255)) }
        }
    }

    @Test(arguments: [48, 224], [0, 0.35, -1.2] as [Float])
    func eyesLandWhereTheModelExpectsThem(side: Int, roll: Float) {
        for eyeDistance: Float in [14, 40, 83, 170] {
            let center = Point(x: 301.3, y: 207.8)
            let half = Point(x: eyeDistance / 2, y: 0).turned(by: roll)
            let image = Picture.dots(
                at: [center - half, center + half], radius: eyeDistance / 12, width: 640, height: 480)
            let face = TrackedFace.looking(eyes: (center - half, center + half), roll: roll)
            let crop = Crop(face, Self.published, of: image, side: side)
            for expected in [0.3155, 0.6845] as [Float] {
                let place = Point(x: expected * Float(side), y: 0.389 * Float(side))
                let found = crop.brightSpot(near: place, within: 0.1 * Float(side))
                #expect((found - place).length < 0.2, "\(eyeDistance) px apart: \(found), not \(place)")
            }
        }
    }

    @Test(arguments: [0.6, 1.4, 3.1] as [Float])
    func turningTheSceneTurnsNothingInTheCrop(scale: Float) {
        let side = 48
        let center = Point(x: 200, y: 180)
        func crop(turnedBy angle: Float) -> Crop {
            let image = Picture.make(width: 400, height: 360) { x, y in
                let p = (Point(x: x, y: y) - center).turned(by: -angle).scaled(by: 1 / scale)
                let value = UInt8(128 + 60 * sin(p.x * 0.35) + 60 * cos(p.y * 0.27 + 1))
                return (value, 255 - value, UInt8(128 + 100 * sin(p.x * 0.2 + p.y * 0.3)))
            }
            let corner = Point(x: -24, y: -24).scaled(by: scale).turned(by: angle)
            let square = CropSquare(origin: center + corner, side: Float(side) * scale, roll: angle)
            return Crop(square, of: image, side: side)
        }
        let upright = crop(turnedBy: 0)
        for angle: Float in [0.2, 0.8, .pi / 2, 2.5, -1] {
            #expect(upright.largestDifference(crop(turnedBy: angle)) <= 6, "turned by \(angle)")
        }
    }

    @Test func shrinkingFiltersWhatTheCropCannotHold() {
        let image = Picture.make(width: 400, height: 400) { x, y in
            (Int(x) + Int(y)) % 2 == 0 ? (255, 255, 255) : (0, 0, 0)
        }
        for scale: Float in [1.9, 2.5, 3.9, 7] {
            let crop = Crop(
                CropSquare(origin: Point(x: 40, y: 40), side: 40 * scale, roll: 0.1), of: image, side: 40)
            for y in 0..<40 {
                for x in 0..<40 { #expect(abs(Int(crop[x, y].red) - 128) <= 14, "at scale \(scale)") }
            }
        }
    }

    @Test(arguments: [0.4, 1, 1.7, 5.5] as [Float])
    func beyondTheFrameItsEdgeIsRepeated(scale: Float) {
        let image = Picture.noise(width: 60, height: 50)
        let padded = Picture.make(width: 1060, height: 1050) { x, y in
            image[min(max(Int(x) - 500, 0), 59), min(max(Int(y) - 500, 0), 49)]
        }
        for (x, y) in [(-40, -30), (30, 20), (10, -45), (48, -8)] as [(Float, Float)] {
            // Blocks of the averaged level must start at the same pixels in both pictures: 500 is 4 x 125.
            let here = CropSquare(origin: Point(x: x, y: y), side: 30 * scale, roll: 0.4)
            let there = CropSquare(origin: Point(x: x + 500, y: y + 500), side: 30 * scale, roll: 0.4)
            #expect(Crop(here, of: image, side: 30) == Crop(there, of: padded, side: 30))
        }
    }

    @Test func aMarginGrowsTheBoxOnAllSides() {
        let face = TrackedFace.looking(eyes: (Point(x: 90, y: 100), Point(x: 110, y: 102)), roll: 0.1)
        let specification = CropSpecification(framing: .margin(0.25), alignsRoll: false)
        let square = CropSquare(face.pose, specification)
        #expect(square.side == face.pose.boxSide * 1.5)
        #expect(square.roll == 0)
        #expect((square.origin - face.box.center).length - square.side / Float(2).squareRoot() < 1e-3)
    }

    @Test func coverageTellsHowMuchOfTheCropIsPicture() {
        let half = CropSquare(origin: Point(x: -50, y: 10), side: 100, roll: 0)
        #expect(half.coverage(width: 400, height: 300) == 0.5)
        let all = CropSquare(origin: Point(x: 150, y: 110), side: 100, roll: 1)
        #expect(all.coverage(width: 400, height: 300) == 1)
    }
}
