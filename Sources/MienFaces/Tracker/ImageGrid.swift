import MienTensor

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
        for index in colors.indices { colors[index] = .nan }
        guard box.isUsable else { return }
        let across = SamplePlaces(from: box.x, length: box.width, count: columns * samples)
        let down = SamplePlaces(from: box.y, length: box.height, count: rows * samples)
        let scale = 1 / Float(samples * samples)
        for row in 0..<rows where down.isInside(row * samples + samples / 2, size: image.height) {
            for column in 0..<columns
            where across.isInside(column * samples + samples / 2, size: image.width) {
                var (red, green, blue) = (0, 0, 0)
                for y in row * samples..<(row + 1) * samples {
                    let line = image.baseAddress + down.nearest(y, size: image.height) * image.bytesPerRow
                    for x in column * samples..<(column + 1) * samples {
                        let pixel = line + 3 * across.nearest(x, size: image.width)
                        red += Int(pixel[0])
                        green += Int(pixel[1])
                        blue += Int(pixel[2])
                    }
                }
                let cell = 3 * (row * columns + column)
                colors[cell] = Float(red) * scale
                colors[cell + 1] = Float(green) * scale
                colors[cell + 2] = Float(blue) * scale
            }
        }
    }
}

/// The pixels nearest to evenly spaced places along one side of a box, kept within what an Int32 holds.
private struct SamplePlaces {
    private static let most = 256
    // In place of an array, which would be allocated for every grid.
    private var pixels = InlineArray<256, Int32>(repeating: 0)

    init(from start: Float, length: Float, count: Int) {
        precondition(count <= Self.most, "\(count) samples along a side")
        for index in 0..<count {
            let place = start + (Float(index) + 0.5) * length / Float(count)
            pixels[index] = Int32(min(max(place, -1e9), 1e9).rounded(.down))
        }
    }

    func isInside(_ index: Int, size: Int) -> Bool {
        pixels[index] >= 0 && Int(pixels[index]) < size
    }

    /// The place, or what is nearest to it in a picture of this size.
    func nearest(_ index: Int, size: Int) -> Int {
        min(max(Int(pixels[index]), 0), size - 1)
    }
}

/// The luma of an RGB colour, 0...255.
func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.299 * red + 0.587 * green + 0.114 * blue
}
