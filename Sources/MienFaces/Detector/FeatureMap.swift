import CKernels
import MienTensor

/// A map of height x width pixels with `channels` features each, ringed by a border of zeros.
///
/// The border is what SAME padding reads. Kernels write only inside it, so a map that is filled again and
/// again stays correctly padded.
package final class FeatureMap {
    package private(set) var width: Int
    package private(set) var height: Int
    package let channels: Int
    private let border: Int
    private var storage: FloatBuffer

    /// Creates a map of zeros. `border` is its ring's width in pixels.
    package init(width: Int, height: Int, channels: Int, border: Int = 1) {
        precondition(width > 0 && height > 0 && channels > 0, "a map needs a size")
        self.width = width
        self.height = height
        self.channels = channels
        self.border = border
        storage = FloatBuffer(count: (width + 2 * border) * (height + 2 * border) * channels)
    }

    private var row: Int { (width + 2 * border) * channels }

    /// Takes another size, in the memory it has if that suffices. What it held is lost.
    package func resize(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "a map needs a size")
        guard (width, height) != (self.width, self.height) else { return }
        (self.width, self.height) = (width, height)
        let count = row * (height + 2 * border)
        guard storage.count >= count else {
            // The old memory goes first: both need not fit.
            storage = FloatBuffer(count: 0)
            storage = FloatBuffer(count: count)
            return
        }
        clear(0..<border * (row + channels))
        // The end of each row's border and the beginning of the next one's.
        for y in border..<border + height - 1 {
            let end = (y + 1) * row
            clear(end - border * channels..<end + border * channels)
        }
        clear(count - border * (row + channels)..<count)
    }

    private func clear(_ floats: Range<Int>) {
        (storage.baseAddress + floats.lowerBound).update(repeating: 0, count: floats.count)
    }

    /// The map as the kernels take it. Valid while the map lives and keeps its size.
    package var kernelView: mien_map {
        mien_map(
            data: storage.baseAddress + border * (row + channels), height: Int32(height),
            width: Int32(width), channels: Int32(channels), row: row)
    }

    /// The features of the pixel in column `x` of row `y`.
    package func features(x: Int, y: Int) -> UnsafeMutablePointer<Float> {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "no pixel at (\(x), \(y))")
        return storage.baseAddress + ((y + border) * row + (x + border) * channels)
    }
}
