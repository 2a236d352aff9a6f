import CKernels
import MienTensor
import Testing

/// What the networks see of a picture, against the areas that its definition says.
@Suite struct SamplingKernelTests {
    struct Place: Sendable {
        var x, y, step: Double
    }

    /// Enlarged, at the picture's own size and made smaller; inside, over each edge, outside and as a speck.
    static let places = [
        Place(x: 3.2, y: 5.7, step: 0.7), Place(x: 4, y: 2, step: 1), Place(x: 2.5, y: 1.25, step: 1.3),
        Place(x: 1, y: 3, step: 2), Place(x: 5.1, y: 0.4, step: 2.6), Place(x: -20, y: -31, step: 5),
        Place(x: -9.5, y: 30, step: 0.8), Place(x: 60, y: -4.4, step: 1.7), Place(x: 90, y: 4, step: 1),
        Place(x: -70, y: -70, step: 1.5), Place(x: -500, y: -400, step: 40),
    ]

    private static let (pictureWidth, pictureHeight) = (71, 53)
    private static let (width, height) = (21, 17)

    @Test(arguments: places, InstructionSet.allCases)
    func aPixelIsTheMeanOfWhatItCovers(place: Place, level: InstructionSet) {
        let bytes = (0..<Self.pictureWidth * Self.pictureHeight * 3).map { UInt8($0 * 7919 % 251) }
        let map = Self.sample(bytes, place, level)

        let columns = Self.shares(from: place.x, step: place.step, count: Self.width, of: Self.pictureWidth)
        let rows = Self.shares(from: place.y, step: place.step, count: Self.height, of: Self.pictureHeight)
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                for channel in 0..<3 {
                    var sum = 0.0
                    for (row, rowShare) in rows[y] {
                        for (column, share) in columns[x] {
                            let byte = bytes[3 * (row * Self.pictureWidth + column) + channel]
                            sum += rowShare * share * Double(byte)
                        }
                    }
                    let value = Double(map[3 * ((y + 1) * (Self.width + 2) + x + 1) + channel])
                    #expect(abs(value - (sum / 127.5 - 1)) < 2e-6, "\(x), \(y), \(channel)")
                }
            }
        }
        // Kernels rely on the zeros around a map.
        for y in 0..<Self.height + 2 {
            for x in 0..<Self.width + 2 where y % (Self.height + 1) == 0 || x % (Self.width + 1) == 0 {
                let at = 3 * (y * (Self.width + 2) + x)
                #expect(map[at] == 0 && map[at + 1] == 0 && map[at + 2] == 0, "the border at \(x), \(y)")
            }
        }
    }

    /// A map with a border of one pixel.
    private static func sample(_ bytes: [UInt8], _ place: Place, _ level: InstructionSet) -> [Float] {
        let row = (width + 2) * 3
        var map = [Float](repeating: 0, count: row * (height + 2))
        bytes.withUnsafeBufferPointer { bytes in
            map.withUnsafeMutableBufferPointer { map in
                var picture = mien_picture(
                    pixels: bytes.baseAddress!, width: Int32(pictureWidth), height: Int32(pictureHeight),
                    row: pictureWidth * 3)
                var out = mien_map(
                    data: map.baseAddress! + row + 3, height: Int32(height), width: Int32(width), channels: 3,
                    row: row)
                let scratch = FloatBuffer(
                    count: mien_sample_scratch(&picture, place.step, Int32(width), Int32(height)))
                mien_conv_kernels_for(level.kernels).pointee.sample(
                    &picture, mien_region(x: place.x, y: place.y, step: place.step), &out, scratch.baseAddress
                )
            }
        }
        return map
    }

    /// Of each map pixel along an axis, the picture's pixels that it covers and its share of each.
    private static func shares(
        from start: Double, step: Double, count: Int, of size: Int
    ) -> [[(pixel: Int, share: Double)]] {
        let window = max(step, 1)
        return (0..<count).map { index in
            let low = start + (Double(index) + 0.5) * step - window / 2
            return (0..<size).compactMap { pixel in
                let covered = min(low + window, Double(pixel) + 1) - max(low, Double(pixel))
                return covered > 0 ? (pixel, covered / window) : nil
            }
        }
    }
}
