import MienVideo
import Testing

@Suite struct GeometryTests {
    @Test func theDisplayMatrixTurnsThePixels() throws {
        let turned = try VideoReader(ClipFolder.shared(.rotated))
        let plain = try VideoReader(ClipFolder.shared(.bFrames))
        #expect(turned.properties.width == 48 && turned.properties.height == 64)
        #expect([90, 270].contains(turned.properties.rotation) && !turned.properties.isMirrored)
        let clockwise = turned.properties.rotation == 90
        while let a = try turned.next(), let b = try plain.next() {
            for y in 0..<48 {
                for x in 0..<64 {
                    let place = clockwise ? (47 - y, x) : (y, 63 - x)
                    #expect(a.image[place.0, place.1] == b.image[x, y])
                }
            }
        }
    }

    @Test(arguments: [(Clip.sizeChangeTS, 9, 128), (.sizeChangeH264, 10, 96)])
    func theSizeMayChangeOnTheWay(clip: Clip, frames: Int, width: Int) throws {
        let reading = try Reading(ClipFolder.shared(clip))
        #expect(reading.rows.prefix(frames).allSatisfy { $0.width == 64 && $0.height == 48 })
        #expect(reading.rows.dropFirst(frames).allSatisfy { $0.width == width })
        #expect(reading.rows.count > frames)
    }

    @Test func propertiesDescribeTheVideo() throws {
        let properties = try VideoReader(ClipFolder.shared(.tenBit)).properties
        #expect(properties.codec == "hevc" && properties.pixelFormat == "yuv420p10le")
        #expect(properties.averageFrameRate == Rational(10, 1))
        #expect(properties.estimatedFrameCount == 20 && properties.estimatedDuration == 2)
    }
}
