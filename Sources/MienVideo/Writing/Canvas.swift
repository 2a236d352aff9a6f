import MienImage

/// A picture to draw on: 32 bits a pixel, in memory order blue, green, red and one unused byte.
///
/// That is what Cairo calls RGB24 and FFmpeg BGR0 on little-endian machines. Used by one thread at a time.
package final class Canvas {
    /// The size of the picture in pixels.
    package let width: Int
    package let height: Int
    /// The distance between the starts of two rows, in bytes.
    package let bytesPerRow: Int
    /// The first byte of the first row. Valid while the canvas lives.
    package let baseAddress: UnsafeMutablePointer<UInt8>

    /// The size with the column and the row that 4:2:0 wants where the picture's is odd.
    let evenWidth: Int
    let evenHeight: Int

    /// Creates a black picture.
    package init(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "a canvas of \(width) x \(height) pixels has no content")
        (self.width, self.height) = (width, height)
        (evenWidth, evenHeight) = (width + width % 2, height + height % 2)
        bytesPerRow = (4 * evenWidth + 63) / 64 * 64
        let byteCount = bytesPerRow * evenHeight + 64
        baseAddress = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
            .bindMemory(to: UInt8.self, capacity: byteCount)
        baseAddress.initialize(repeating: 0, count: byteCount)
    }

    deinit {
        UnsafeMutableRawPointer(baseAddress).deallocate()
    }

    /// Covers the canvas with `image`, which has its size.
    package func copy(_ image: Image) {
        precondition(image.width == width && image.height == height, "the image has another size")
        for y in 0..<height {
            let source = image.baseAddress + y * image.bytesPerRow
            let target = row(y)
            for x in 0..<width {
                let pixel = source + 3 &* x
                target[x] = UInt32(pixel[2]) | UInt32(pixel[1]) << 8 | UInt32(pixel[0]) << 16
            }
        }
    }

    /// The red, green and blue values of the pixel in column `x` of row `y`.
    package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "no pixel at (\(x), \(y))")
        let pixel = baseAddress + (y * bytesPerRow + 4 * x)
        return (pixel[2], pixel[1], pixel[0])
    }

    /// Repeats the last column and row where the even size has one more: a border nobody sees.
    func fillBorder() {
        if evenWidth > width {
            for y in 0..<height { row(y)[width] = row(y)[width - 1] }
        }
        if evenHeight > height { row(height).update(from: row(height - 1), count: evenWidth) }
    }

    private func row(_ y: Int) -> UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(baseAddress + y * bytesPerRow).assumingMemoryBound(to: UInt32.self)
    }
}
