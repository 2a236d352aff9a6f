import Foundation
import MienFaces
import MienImage
import MienTensor
import Testing

/// Regions of images: their geometry, and what the networks get to see of them.
@Suite(.serialized) struct RegionTests {
    @Test(arguments: [(640, 360, 800, 448), (360, 640, 448, 800), (100, 100, 128, 128), (1920, 800, 64, 32)])
    func letterboxShowsTheWholeImage(width: Int, height: Int, inputWidth: Int, inputHeight: Int) {
        let image = Image(width: width, height: height)
        let region = Region(fitting: image, width: inputWidth, height: inputHeight)
        // The centres coincide, and both corners lie within the input.
        let center = region.imagePoint(Point(x: Float(inputWidth) / 2, y: Float(inputHeight) / 2))
        #expect(abs(center.x - Float(width) / 2) < 1e-3 && abs(center.y - Float(height) / 2) < 1e-3)
        let (first, last) = (
            region.imagePoint(Point(x: 0, y: 0)),
            region.imagePoint(Point(x: Float(inputWidth), y: Float(inputHeight)))
        )
        #expect(first.x <= 1e-3 && first.y <= 1e-3)
        #expect(last.x >= Float(width) - 1e-3 && last.y >= Float(height) - 1e-3)
        // It fits tightly one way.
        #expect(abs(first.x) < 1e-3 || abs(first.y) < 1e-3)
    }

    @Test func turnedRegionHasItsAxisAlongTheRoll() {
        let region = Region(center: Point(x: 50, y: 40), side: 20, roll: .pi / 2, pixels: 10)
        // A quarter turn clockwise: the input's right is the image's bottom.
        let right = region.imagePoint(Point(x: 10, y: 5))
        #expect(abs(right.x - 50) < 1e-3 && abs(right.y - 50) < 1e-3)
        let top = region.imagePoint(Point(x: 5, y: 0))
        #expect(abs(top.x - 60) < 1e-3 && abs(top.y - 40) < 1e-3)
    }

    /// A smooth picture must come out as its own values at the places the region says, at any scale and
    /// turn, with any instruction set; outside it is black.
    @Test(
        arguments: [(Float(0), Float(20)), (0, 64), (0, 300), (0.4, 20), (0.4, 300), (-2, 64)],
        InstructionSet.allCases)
    func samplesWhatTheRegionSays(turn: (roll: Float, side: Float), level: InstructionSet) {
        let (roll, side) = turn
        // Averaging whole and partial pixels shifts a ramp by up to 1/8 pixel.
        let tolerance: Float = 0.13
        let image = Image(width: 240, height: 180)
        for y in 0..<image.height {
            for x in 0..<image.width {
                image[x, y] = (UInt8(x), UInt8(y), UInt8(200))
            }
        }
        let input = FeatureMap(width: 32, height: 32, channels: 3, border: 2)
        let region = Region(center: Point(x: 120, y: 80), side: side, roll: roll, pixels: 32)
        RegionSampler(turnedSide: 32, instructionSet: level)(image, region, into: input)
        for y in 0..<32 {
            for x in 0..<32 {
                let place = region.imagePoint(Point(x: Float(x) + 0.5, y: Float(y) + 0.5))
                let pixel = input.features(x: x, y: y)
                // How far the sample reaches around its place.
                let reach = 2 * Float(region.step) + 2
                let (left, top) = (place.x, place.y)
                let (right, bottom) = (Float(image.width) - place.x, Float(image.height) - place.y)
                let inside = min(left, top, right, bottom)
                if inside > reach {
                    #expect(abs((pixel[0] + 1) * 127.5 - (place.x - 0.5)) < tolerance)
                    #expect(abs((pixel[1] + 1) * 127.5 - (place.y - 0.5)) < tolerance)
                    #expect(abs((pixel[2] + 1) * 127.5 - 200) < tolerance)
                } else if inside < -reach {
                    #expect((0..<3).allSatisfy { abs(pixel[$0] + 1) < 1e-5 })
                }
            }
        }
    }

    @Test func shrinkingAverages() {
        // Columns of 0 and 255 by turns: every even factor gives the mean.
        let image = Image(width: 64, height: 64)
        for y in 0..<64 {
            for x in stride(from: 1, to: 64, by: 2) {
                image[x, y] = (255, 255, 255)
            }
        }
        let input = FeatureMap(width: 16, height: 16, channels: 3, border: 2)
        RegionSampler(turnedSide: 16)(
            image, Region(fitting: image, width: 16, height: 16), into: input)
        for y in 0..<16 {
            for x in 0..<16 {
                #expect(abs(input.features(x: x, y: y)[1]) < 1e-6)
            }
        }
    }
}
