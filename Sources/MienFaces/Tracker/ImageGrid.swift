import MienTensor

/// The mean colours of the cells of a grid laid over a part of a picture.
struct ImageGrid: Sendable {
    /// Red, green, blue of each cell, row by row, 0...255. NaN for a cell whose centre is outside.
    private(set) var colors: [Float]

    /// Samples `samples` x `samples` pixels of each cell, which is enough for a mean and far cheaper than
    /// reading all.
    init(of image: Image, in box: FaceBox, columns: Int, rows: Int, samples: Int) {
        colors = [Float](repeating: .nan, count: 3 * columns * rows)
        guard box.isUsable else { return }
        let across = Self.positions(from: box.x, length: box.width, count: columns * samples)
        let down = Self.positions(from: box.y, length: box.height, count: rows * samples)
        let offsets = across.map { 3 * min(max($0, 0), image.width - 1) }
        let scale = 1 / Float(samples * samples)
        for row in 0..<rows where Self.isInside(down, row, samples, image.height) {
            for column in 0..<columns where Self.isInside(across, column, samples, image.width) {
                var (red, green, blue) = (0, 0, 0)
                for y in down[row * samples..<(row + 1) * samples] {
                    let line = image.baseAddress + min(max(y, 0), image.height - 1) * image.bytesPerRow
                    for offset in offsets[column * samples..<(column + 1) * samples] {
                        red += Int(line[offset])
                        green += Int(line[offset + 1])
                        blue += Int(line[offset + 2])
                    }
                }
                let cell = 3 * (row * columns + column)
                colors[cell] = Float(red) * scale
                colors[cell + 1] = Float(green) * scale
                colors[cell + 2] = Float(blue) * scale
            }
        }
    }

    /// The pixels nearest to `count` evenly spaced places, kept within what an Int32 holds.
    private static func positions(from start: Float, length: Float, count: Int) -> [Int] {
        (0..<count).map { index in
            let place = start + (Float(index) + 0.5) * length / Float(count)
            return Int(min(max(place, -1e9), 1e9).rounded(.down))
        }
    }

    private static func isInside(_ positions: [Int], _ cell: Int, _ samples: Int, _ size: Int) -> Bool {
        let middle = positions[cell * samples + samples / 2]
        return middle >= 0 && middle < size
    }
}

/// The luma of an RGB colour, 0...255.
func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.299 * red + 0.587 * green + 0.114 * blue
}
