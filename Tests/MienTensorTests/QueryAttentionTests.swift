import CKernels
import Foundation
import MienTensor
import TestSupport
import Testing

/// A query for each of some images, with the weights for their rows, and attention over them in double precision.
private struct Queries {
    var images: Int
    var count: Int
    var width: Int
    var heads: Int
    var headWidth: Int
    var queries: [Float]
    var rows: [Float]
    var keys: [Float]
    var values: [Float]
    var bias: [Float]

    var headsWidth: Int { heads * headWidth }

    init(images: Int, count: Int, width: Int, heads: Int, headWidth: Int) {
        (self.images, self.count, self.width, self.heads) = (images, count, width, heads)
        self.headWidth = headWidth
        var generator = Random(seed: UInt64(count * 1009 + width))
        let weight = 1 / Float(width).squareRoot()
        queries = generator.floats(images * heads * headWidth)
        rows = generator.floats(images * count * width)
        keys = generator.floats(heads * headWidth * width).map { $0 * weight }
        values = generator.floats(heads * headWidth * width).map { $0 * weight }
        bias = generator.floats(heads * headWidth)
    }

    /// The bits of the result for some of the images, checked not to touch what lies between the rows.
    func output(
        images some: Range<Int>? = nil, workers: Int = 1, level: InstructionSet = .default
    ) -> [Float] {
        let some = some ?? 0..<images
        let keyBuffer = FloatBuffer(keys)
        let valueBuffer = FloatBuffer(values)
        let biasBuffer = FloatBuffer(bias)
        let weights = QueryAttentionWeights(
            keys: keyBuffer.matrix(rows: headsWidth, columns: width).readOnly,
            values: valueBuffer.matrix(rows: headsWidth, columns: width).readOnly,
            bias: biasBuffer.baseAddress, heads: heads)
        let queryBuffer = FloatBuffer(queries)
        let rowBuffer = FloatBuffer(rows)
        let stride = headsWidth + 3
        let out = FloatBuffer([Float](repeating: 77, count: some.count * stride))
        attention(
            queryBuffer.matrix(rows: images, columns: headsWidth).readOnly[rows: some],
            over: rowBuffer.matrix(rows: images * count, columns: width).readOnly[
                rows: some.lowerBound * count..<some.upperBound * count],
            count: count, weights: weights,
            into: out.matrix(rows: some.count, columns: headsWidth, stride: stride),
            workspace: Workspace(), workers: Workers(count: workers), instructionSet: level)
        for row in 0..<some.count {
            for column in headsWidth..<stride { #expect(out.span[row * stride + column] == 77) }
        }
        return elements(out.matrix(rows: some.count, columns: headsWidth, stride: stride))
    }

    /// Attention with keys and values made; keys have a bias here, which must not matter.
    func reference() -> [Double] {
        func projection(_ weights: [Float], _ row: Int, _ output: Int) -> Double {
            (0..<width).reduce(Double(bias[output])) {
                $0 + Double(rows[row * width + $1]) * Double(weights[output * width + $1])
            }
        }
        var result: [Double] = []
        for image in 0..<images {
            let imageRows = image * count..<(image + 1) * count
            for head in 0..<heads {
                let outputs = head * headWidth..<(head + 1) * headWidth
                let scores = imageRows.map { row in
                    outputs.reduce(0) {
                        $0 + Double(queries[image * headsWidth + $1]) * projection(keys, row, $1)
                    } / Double(headWidth).squareRoot()
                }
                let most = scores.max()!
                let weights = scores.map { exp($0 - most) }
                let sum = weights.reduce(0, +)
                for output in outputs {
                    result.append(
                        zip(imageRows, weights).reduce(0) { $0 + $1.1 * projection(values, $1.0, output) }
                            / sum)
                }
            }
        }
        return result
    }
}

@Suite struct QueryAttentionTests {
    @Test(
        arguments: [
            (1, 8, 8), (3, 5, 4), (50, 96, 32), (21, 100, 24), (4, 33, 10), (9, 20, 256),
        ], InstructionSet.allCases)
    func agreesWithKeysAndValues(shape: (Int, Int, Int), level: InstructionSet) {
        let queries = Queries(
            images: 2, count: shape.0, width: shape.1, heads: 3, headWidth: shape.2)
        for (found, expected) in zip(queries.output(level: level), queries.reference()) {
            #expect(abs(Double(found) - expected) < 4e-6)
        }
    }

    @Test(arguments: [(13, 96, 32), (5, 45, 10)])
    func bitsDependOnTheImageAlone(count: Int, width: Int, headWidth: Int) {
        let queries = Queries(images: 15, count: count, width: width, heads: 3, headWidth: headWidth)
        let all = queries.output(level: .avx2).map(\.bitPattern)
        #expect(queries.output().map(\.bitPattern) == all)
        for workers in 2...4 { #expect(queries.output(workers: workers).map(\.bitPattern) == all) }
        for images in [0..<1, 3..<5, 6..<14, 14..<15] {
            let columns = queries.headsWidth
            #expect(
                queries.output(images: images, workers: 2).map(\.bitPattern)
                    == Array(all[images.lowerBound * columns..<images.upperBound * columns]))
        }
    }

    @Test func aNaNStaysInItsImage() {
        var queries = Queries(images: 3, count: 9, width: 20, heads: 3, headWidth: 8)
        queries.rows[12 * 20 + 3] = .nan
        for (index, value) in queries.output().enumerated() {
            #expect(value.isNaN == (index / queries.headsWidth == 1))
        }
    }
}
