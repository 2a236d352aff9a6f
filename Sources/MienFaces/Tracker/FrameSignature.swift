import MienTensor

/// What a frame looks like from afar: enough to tell a cut from motion.
package struct FrameSignature: Sendable {
    package static let columns = 64
    package static let rows = 36
    private static let bins = 32

    /// The lumas of 64 x 36 cells, 0...255.
    package let lumas: [Float]
    // Red, green and blue of the cells.
    private let colors: [Float]
    // Shares of the cells in 32 bins each of red, green and blue.
    private let histogram: [Float]

    package init(_ image: Image) {
        let frame = FaceBox(x: 0, y: 0, width: Float(image.width), height: Float(image.height))
        let grid = ImageGrid(of: image, in: frame, columns: Self.columns, rows: Self.rows, samples: 4)
        self.init(colors: grid.colors)
    }

    /// A signature from the mean red, green and blue of 64 x 36 cells.
    package init(colors: [Float]) {
        precondition(colors.count == 3 * Self.columns * Self.rows, "\(colors.count) values are no signature")
        var lumas = [Float](repeating: 0, count: colors.count / 3)
        var histogram = [Float](repeating: 0, count: 3 * Self.bins)
        for cell in lumas.indices {
            lumas[cell] = luma(colors[3 * cell], colors[3 * cell + 1], colors[3 * cell + 2])
            for channel in 0..<3 {
                let bin = Int(min(max(colors[3 * cell + channel], 0), 255)) * Self.bins / 256
                histogram[channel * Self.bins + bin] += 1 / Float(lumas.count)
            }
        }
        self.lumas = lumas
        self.colors = colors
        self.histogram = histogram
    }

    /// The mean difference of the lumas, 0...255.
    package func lumaDifference(_ other: FrameSignature) -> Float {
        zip(lumas, other.lumas).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(lumas.count)
    }

    /// The largest difference of red, green or blue in one cell, 0...255.
    func difference(_ other: FrameSignature, _ cell: Int) -> Float {
        (3 * cell..<3 * cell + 3).reduce(0) { max($0, abs(colors[$1] - other.colors[$1])) }
    }

    /// The share of the picture that has other colours, 0...1: half the L1 distance of the histograms.
    package func colorDifference(_ other: FrameSignature) -> Float {
        zip(histogram, other.histogram).reduce(0) { $0 + abs($1.0 - $1.1) } / 6
    }
}
