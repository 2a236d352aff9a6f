import CKernels
import MienImage

/// A grid laid over a part of a picture, for the mean colours of its cells.
///
/// Of each cell `samples` x `samples` pixels are read, which is enough for a mean and far cheaper than
/// reading all.
struct ImageGrid {
    let columns: Int
    let rows: Int
    let samples: Int

    /// Fills `colors` with red, green, blue of each cell, row by row, 0...255; NaN for a cell whose centre is
    /// outside.
    func measure(_ image: Image, in box: FaceBox, into colors: inout MutableSpan<Float>) {
        precondition(colors.count == 3 * columns * rows, "\(columns) x \(rows) cells of three colours")
        precondition(
            max(columns, rows) * samples <= Int(MIEN_GRID_MOST), "more samples than there is room for")
        guard box.isUsable else {
            for index in colors.indices { colors[index] = .nan }
            return
        }
        let grid = mien_grid(
            x: box.x, y: box.y, width: box.width, height: box.height, columns: Int32(columns),
            rows: Int32(rows), samples: Int32(samples))
        withUnsafePointer(to: image.kernelView) { picture in
            withUnsafePointer(to: grid) { grid in
                colors.withUnsafeMutableBufferPointer { mien_grid_means(picture, grid, $0.baseAddress!) }
            }
        }
    }
}

/// The luma of an RGB colour, 0...255.
func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.299 * red + 0.587 * green + 0.114 * blue
}
