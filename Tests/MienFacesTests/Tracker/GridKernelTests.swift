import CKernels
import MienImage
import Testing

@Suite struct GridKernelTests {
    private func means(_ image: Image, x: Float, y: Float, width: Float, height: Float) -> [Float] {
        let picture = mien_picture(
            pixels: UnsafePointer(image.baseAddress), width: Int32(image.width), height: Int32(image.height),
            row: image.bytesPerRow)
        let grid = mien_grid(x: x, y: y, width: width, height: height, columns: 4, rows: 2, samples: 3)
        var colors = [Float](repeating: -1, count: 4 * 2 * 3)
        withUnsafePointer(to: picture) { picture in
            withUnsafePointer(to: grid) { mien_grid_means(picture, $0, &colors) }
        }
        return colors
    }

    private func ramp() -> Image {
        let image = Image(width: 24, height: 12)
        for y in 0..<12 {
            for x in 0..<24 { image[x, y] = (UInt8(10 * x), UInt8(20 * y), 7) }
        }
        return image
    }

    @Test func cellsAreTheMeansOfTheirPixels() {
        let colors = means(ramp(), x: 0, y: 0, width: 24, height: 12)
        // Of the six pixels of a cell every second one is read.
        #expect((0..<4).map { colors[3 * $0] } == [30, 90, 150, 210])
        #expect([colors[1], colors[13]] == [60, 180])
        #expect((0..<8).allSatisfy { colors[3 * $0 + 2] == 7 })
    }

    @Test func cellsWhoseCentreIsOutsideHaveNone() {
        let colors = means(ramp(), x: -12, y: 0, width: 24, height: 12)
        #expect((0..<8).map { colors[3 * $0].isNaN } == [true, true, false, false, true, true, false, false])
        #expect(means(ramp(), x: 1e30, y: -1e30, width: 1e30, height: 1).allSatisfy { $0.isNaN })
    }

    @Test func aCellAtTheEdgeRepeatsItsLastPixels() {
        // The centre is inside; what lies beyond the edge counts as the edge.
        let colors = means(ramp(), x: 22, y: 0, width: 4, height: 12)
        #expect(colors[0] == 220 && colors[3] == 230 && colors[6].isNaN)
    }
}
