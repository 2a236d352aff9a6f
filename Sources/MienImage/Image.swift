/// An 8-bit RGB picture: interleaved red, green, blue; rows from top to bottom.
///
/// An image is written once, by the stage that makes it, and only read after it has been handed on; that
/// rule, and not a lock, is what makes it `Sendable`. Reuse goes through ``ImagePool``.
package final class Image: @unchecked Sendable {
    /// The width in pixels.
    package let width: Int
    /// The height in pixels.
    package let height: Int
    /// The distance between the starts of two rows, in bytes: at least `3 * width`, a multiple of 64.
    ///
    /// swscale writes whole vectors past the last pixel of a row; the padding is there to take them.
    package let bytesPerRow: Int
    /// The first byte of the first row. Valid while the image lives.
    package let baseAddress: UnsafeMutablePointer<UInt8>

    /// Creates a black image.
    package init(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "an image of \(width) x \(height) pixels has no content")
        self.width = width
        self.height = height
        bytesPerRow = (3 * width + 63) / 64 * 64
        let byteCount = bytesPerRow * height + 64
        baseAddress = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
            .bindMemory(to: UInt8.self, capacity: byteCount)
        baseAddress.initialize(repeating: 0, count: byteCount)
    }

    deinit {
        UnsafeMutableRawPointer(baseAddress).deallocate()
    }

    /// The red, green and blue values of the pixel in column `x` of row `y`.
    package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        get {
            let pixel = pointer(x, y)
            return (pixel[0], pixel[1], pixel[2])
        }
        set {
            let pixel = pointer(x, y)
            pixel[0] = newValue.red
            pixel[1] = newValue.green
            pixel[2] = newValue.blue
        }
    }

    private func pointer(_ x: Int, _ y: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "no pixel at (\(x), \(y))")
        return baseAddress + (y * bytesPerRow + 3 * x)
    }
}
