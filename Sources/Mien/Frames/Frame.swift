import MienImage

/// A picture from memory with its place in time.
public struct Frame: Sendable {
    /// The order of a pixel's bytes, 8 bits a channel; alpha is ignored.
    public enum PixelFormat: Sendable, CaseIterable {
        case rgb, bgr, rgba, bgra, argb, gray

        /// The bytes of a pixel.
        public var bytesPerPixel: Int { offsets.step }

        /// Where red, green and blue are in a pixel.
        fileprivate var offsets: (red: Int, green: Int, blue: Int, step: Int) {
            switch self {
            case .rgb: (0, 1, 2, 3)
            case .bgr: (2, 1, 0, 3)
            case .rgba: (0, 1, 2, 4)
            case .bgra: (2, 1, 0, 4)
            case .argb: (1, 2, 3, 4)
            case .gray: (0, 0, 0, 1)
            }
        }
    }

    /// Seconds; the first frame of a series need not be at 0, but none may be before the one that precedes it.
    public let timestamp: Double
    /// The width in pixels.
    public var width: Int { image.width }
    /// The height in pixels.
    public var height: Int { image.height }

    let image: Image

    /// Copies a picture, upright, rows from top to bottom.
    ///
    /// - Parameters:
    ///   - bytesPerRow: The distance between the starts of two rows; nil where they follow each other directly.
    ///   - pixels: The bytes from the first row's first to the last row's last at least.
    /// - Throws: ``MienError/input(_:)`` if the sizes do not fit together, or the timestamp is not a number.
    public init(
        timestamp: Double, width: Int, height: Int, format: PixelFormat, bytesPerRow: Int? = nil,
        pixels: UnsafeRawBufferPointer
    ) throws(MienError) {
        guard (1...Self.maximumSide).contains(width), (1...Self.maximumSide).contains(height) else {
            throw .input(
                "a frame of \(width) x \(height) pixels: expected sides of 1 to \(Self.maximumSide)")
        }
        guard timestamp.isFinite else { throw .input("a frame at \(timestamp) s: expected a finite time") }
        let (red, green, blue, step) = format.offsets
        let stride = bytesPerRow ?? width * step
        guard (width * step...Int(Int32.max)).contains(stride) else {
            throw .input(
                "a frame with \(stride) bytes a row: expected \(width * step) or more for \(width) pixels")
        }
        let needed = (height - 1) * stride + width * step
        guard pixels.count >= needed else {
            throw .input("a frame of \(pixels.count) bytes: expected \(needed) or more")
        }
        self.timestamp = timestamp
        image = Image(width: width, height: height)
        for y in 0..<height {
            var source = pixels.baseAddress!.assumingMemoryBound(to: UInt8.self) + y * stride
            var target = image.baseAddress + y * image.bytesPerRow
            for _ in 0..<width {
                (target[0], target[1], target[2]) = (source[red], source[green], source[blue])
                source += step
                target += 3
            }
        }
    }

    /// Copies a picture from an array, upright, rows from top to bottom; the same otherwise.
    public init(
        timestamp: Double, width: Int, height: Int, format: PixelFormat, bytesPerRow: Int? = nil,
        pixels: [UInt8]
    ) throws(MienError) {
        do {
            self = try pixels.withUnsafeBytes { bytes in
                try Frame(
                    timestamp: timestamp, width: width, height: height, format: format,
                    bytesPerRow: bytesPerRow, pixels: bytes)
            }
        } catch {
            throw MienError(error)
        }
    }

    private static let maximumSide = 32_768
}
