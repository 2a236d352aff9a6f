import CKernels
import Foundation
import MienTensor
import TestSupport
import Testing

/// A linear layer of images with so many rows that pairs of them are computed together.
private struct ImageLayer {
    let imageRows: Int
    let images: Int
    let n: Int
    let k: Int
    var input: [Float]
    let weights: [Float]
    let bias: [Float]
    let residual: [Float]

    init(imageRows: Int, images: Int = 1, n: Int = 512, k: Int = 512) {
        var generator = Random(seed: UInt64(imageRows * 1_000_003 + n * 1009 + k))
        (self.imageRows, self.images, self.n, self.k) = (imageRows, images, n, k)
        input = generator.floats(imageRows * images * k)
        weights = generator.floats(n * k)
        bias = generator.floats(n)
        residual = generator.floats(imageRows * images * n)
    }

    var rows: Int { imageRows * images }

    /// The layer's output for some of the images, written between strides and checked not to touch what lies
    /// between. With `together` false, each row is on its own.
    func output(
        images wanted: Range<Int>? = nil, together: Bool = true, activation: Activation = .none,
        hasBias: Bool = true, hasResidual: Bool = true, workers: Int = 1,
        level: InstructionSet = .default
    ) -> [Float] {
        let wanted = wanted ?? 0..<images
        let rows = wanted.lowerBound * imageRows..<wanted.upperBound * imageRows
        let inputBuffer = FloatBuffer(input)
        let packed = PackedMatrix(weights: FloatBuffer(weights), outputs: n, inputs: k)
        let biasBuffer = FloatBuffer(bias)
        let residualBuffer = FloatBuffer(residual)
        let stride = n + 3
        let out = FloatBuffer([Float](repeating: 77, count: rows.count * stride))
        let output = out.matrix(rows: rows.count, columns: n, stride: stride)
        multiply(
            inputBuffer.matrix(rows: self.rows, columns: k).readOnly[rows: rows], packed,
            bias: hasBias ? UnsafePointer(biasBuffer.baseAddress) : nil, activation: activation,
            residual: hasResidual
                ? residualBuffer.matrix(rows: self.rows, columns: n).readOnly[rows: rows] : nil,
            imageRows: together ? imageRows : nil, into: output, workspace: Workspace(),
            workers: Workers(count: workers), instructionSet: level)
        for row in 0..<rows.count {
            for column in n..<stride { #expect(out.span[row * stride + column] == 77) }
        }
        return elements(output)
    }

    /// Elements of the output in double precision, some of each row, by their index.
    func samples(
        hasBias: Bool = true, hasResidual: Bool = true, _ activation: (Double) -> Double = { $0 }
    ) -> [(index: Int, value: Double)] {
        (0..<rows).flatMap { row in
            (0..<16).map { sample in
                let column = (row * 7 + sample * 37) % n
                var sum = hasBias ? Double(bias[column]) : 0
                for i in 0..<k { sum += Double(input[row * k + i]) * Double(weights[column * k + i]) }
                let index = row * n + column
                return (index, activation(sum) + (hasResidual ? Double(residual[index]) : 0))
            }
        }
    }

    /// The root mean square of what an output is off by.
    func error(of output: [Float]) -> Double {
        let squares = samples().map { pow(Double(output[$0.index]) - $0.value, 2) }
        return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
}

@Suite struct StrassenTests {
    // An even and an odd number of rows, halves that are no whole blocks of depth, and more rows than a block.
    @Test(
        arguments: [(96, 1, 512, 512), (97, 2, 544, 600), (197, 1, 512, 1030), (101, 5, 512, 514)],
        InstructionSet.allCases)
    func agreesWithDoublePrecision(shape: (Int, Int, Int, Int), level: InstructionSet) {
        let layer = ImageLayer(imageRows: shape.0, images: shape.1, n: shape.2, k: shape.3)
        let tolerance = 4e-7 * Double(layer.k) + 4e-6
        let output = layer.output(level: level)
        for (index, value) in layer.samples() {
            #expect(abs(Double(output[index]) - value) <= tolerance)
        }
    }

    @Test func onlyLargeImagesAndWeightsAreComputedInPairs() {
        for (rows, n, k, isPaired) in [
            (96, 512, 512, true), (95, 512, 512, false), (96, 496, 512, false), (96, 528, 512, false),
            (96, 512, 510, false), (96, 512, 513, false),
        ] {
            let layer = ImageLayer(imageRows: rows, n: n, k: k)
            let isDifferent =
                layer.output().map(\.bitPattern) != layer.output(together: false).map(\.bitPattern)
            #expect(isDifferent == isPaired, "\(rows) x \(n) x \(k)")
        }
    }

    @Test func bitsDependOnTheImageAlone() {
        let layer = ImageLayer(imageRows: 99, images: 4, k: 800)
        let all = layer.output().map(\.bitPattern)
        for workers in 2...5 { #expect(layer.output(workers: workers).map(\.bitPattern) == all) }
        let image = layer.imageRows * layer.n
        for images in [0..<1, 1..<2, 3..<4, 1..<4] {
            let some = layer.output(images: images, workers: 2).map(\.bitPattern)
            #expect(some == Array(all[images.lowerBound * image..<images.upperBound * image]))
        }
    }

    @Test(arguments: [(true, true), (false, true), (true, false), (false, false)])
    func epiloguesAreFused(hasBias: Bool, hasResidual: Bool) {
        let layer = ImageLayer(imageRows: 97)
        let output = layer.output(activation: .quickGELU, hasBias: hasBias, hasResidual: hasResidual)
        let samples = layer.samples(hasBias: hasBias, hasResidual: hasResidual) {
            $0 / (1 + exp(-1.702 * $0))
        }
        for (index, value) in samples { #expect(abs(Double(output[index]) - value) <= 2e-4) }
    }

    @Test func theErrorIsOfTheSameSize() {
        let layer = ImageLayer(imageRows: 100, k: 1024)
        let (paired, plain) = (layer.output(), layer.output(together: false))
        #expect(layer.error(of: paired) < 2.5 * layer.error(of: plain))
    }

    @Test func aNaNStaysInItsImage() {
        var layer = ImageLayer(imageRows: 96, images: 3)
        layer.input[(96 + 5) * layer.k + 7] = .nan
        let output = layer.output()
        let image = layer.imageRows * layer.n
        #expect(output[..<image].allSatisfy { !$0.isNaN })
        #expect(output[image..<2 * image].contains { $0.isNaN })
        #expect(output[(2 * image)...].allSatisfy { !$0.isNaN })
    }
}
