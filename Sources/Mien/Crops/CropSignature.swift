/// A crop in so few numbers that two can be compared in no time: its brightness in 12 x 12 cells, in 8-bit steps.
package struct CropSignature: Sendable {
    private static let grid = 12
    /// Cells are compared in blocks of so many squared.
    private static let block = 3

    private var cells: InlineArray<144, Float>

    /// - Parameter pixels: side x side x 3, 8-bit RGB; the side is 12 or more.
    package init(_ pixels: UnsafePointer<UInt8>, side: Int) {
        precondition(side >= Self.grid, "a crop of \(side) pixels has no \(Self.grid) cells a side")
        cells = InlineArray(repeating: 0)
        for row in 0..<Self.grid {
            let lines = row * side / Self.grid..<(row + 1) * side / Self.grid
            for column in 0..<Self.grid {
                let columns = column * side / Self.grid..<(column + 1) * side / Self.grid
                var sum = 0
                for y in lines {
                    var pixel = pixels + (y * side + columns.lowerBound) * 3
                    for _ in columns {
                        sum += Int(pixel[0]) + 2 * Int(pixel[1]) + Int(pixel[2])
                        pixel += 3
                    }
                }
                cells[row * Self.grid + column] = Float(sum) / Float(4 * lines.count * columns.count)
            }
        }
    }

    /// How far two crops of the same size are apart, in 8-bit steps: the root mean square of the cells' differences,
    /// in the block of 3 x 3 cells in which it is largest. An expression changes a part of the face; the noise of a
    /// camera, which is everywhere, averages out in the cells.
    package func distance(to other: CropSignature) -> Float {
        let blocks = Self.grid / Self.block
        var largest: Float = 0
        for row in 0..<blocks {
            for column in 0..<blocks {
                var sum: Float = 0
                for y in row * Self.block..<(row + 1) * Self.block {
                    for x in column * Self.block..<(column + 1) * Self.block {
                        let difference = cells[y * Self.grid + x] - other.cells[y * Self.grid + x]
                        sum += difference * difference
                    }
                }
                largest = max(largest, sum)
            }
        }
        return (largest / Float(Self.block * Self.block)).squareRoot()
    }
}
