import MienImage

/// What a frame looks like from afar: enough to tell a cut from motion.
package struct FrameSignature: Sendable {
    package static let columns = 64
    package static let rows = 36
    fileprivate static let bins = 32

    /// Written once, before the signature is handed on; ``SignaturePool`` uses it again.
    fileprivate final class Values: @unchecked Sendable {
        // The lumas of the cells, 0...255.
        var lumas = [Float](repeating: 0, count: columns * rows)
        // Red, green and blue of the cells.
        var colors = [Float](repeating: 0, count: 3 * columns * rows)
        // Shares of the cells in 32 bins each of red, green and blue.
        var histogram = [Float](repeating: 0, count: 3 * bins)
    }

    fileprivate let values: Values

    fileprivate init(_ values: Values) { self.values = values }

    /// A signature from the mean red, green and blue of 64 x 36 cells.
    package init(colors: [Float]) {
        precondition(colors.count == 3 * Self.columns * Self.rows, "\(colors.count) values are no signature")
        values = Values()
        values.colors = colors
        values.summarize()
    }

    /// The mean difference of the lumas, 0...255.
    package func lumaDifference(_ other: FrameSignature) -> Float {
        let (lumas, others) = (values.lumas, other.values.lumas)
        return zip(lumas, others).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(lumas.count)
    }

    /// Red, green and blue of the cells, row by row, 0...255.
    var colors: [Float] { values.colors }

    /// The share of the picture that has other colours, 0...1: half the L1 distance of the histograms.
    package func colorDifference(_ other: FrameSignature) -> Float {
        zip(values.histogram, other.values.histogram).reduce(0) { $0 + abs($1.0 - $1.1) } / 6
    }
}

extension FrameSignature.Values {
    /// Takes the colours of the cells from a picture.
    fileprivate func measure(_ image: Image) { Self.measure(image, into: &colors) }

    private static func measure(_ image: Image, into colors: inout [Float]) {
        let frame = FaceBox(x: 0, y: 0, width: Float(image.width), height: Float(image.height))
        let grid = ImageGrid(columns: FrameSignature.columns, rows: FrameSignature.rows, samples: 4)
        var cells = colors.mutableSpan
        grid.measure(image, in: frame, into: &cells)
    }

    /// Computes lumas and histogram from the colours.
    fileprivate func summarize() {
        let bins = FrameSignature.bins
        for bin in histogram.indices { histogram[bin] = 0 }
        for cell in lumas.indices {
            lumas[cell] = luma(colors[3 * cell], colors[3 * cell + 1], colors[3 * cell + 2])
            for channel in 0..<3 {
                let bin = Int(min(max(colors[3 * cell + channel], 0), 255)) * bins / 256
                histogram[channel * bins + bin] += 1 / Float(lumas.count)
            }
        }
    }
}

/// Makes the signatures of frames, in memory that comes back by itself when nobody keeps a signature, as
/// images do in an ``ImagePool``. One queue uses it.
struct SignaturePool {
    private var all: [FrameSignature.Values] = []

    /// The signature of a frame.
    mutating func signature(of image: Image) -> FrameSignature {
        let values = free()
        values.measure(image)
        values.summarize()
        return FrameSignature(values)
    }

    private mutating func free() -> FrameSignature.Values {
        for index in all.indices where isKnownUniquelyReferenced(&all[index]) { return all[index] }
        let values = FrameSignature.Values()
        all.append(values)
        return values
    }
}
