import CKernels
import Foundation
import MienTensor
import TestSupport
import Testing

/// A linear layer's operands, and its result in double precision.
private struct Layer {
    var m: Int
    var n: Int
    var k: Int
    var input: [Float]
    var weights: [Float]
    var bias: [Float]
    var residual: [Float]

    init(m: Int, n: Int, k: Int) {
        var generator = Random(seed: UInt64(m * 1_000_003 + n * 1009 + k))
        (self.m, self.n, self.k) = (m, n, k)
        input = generator.floats(m * k)
        weights = generator.floats(n * k)
        bias = generator.floats(n)
        residual = generator.floats(m * n)
    }

    /// The bits of the layer's output for `rows` of the input, written between strides and checked not to
    /// touch what lies between.
    func output(
        rows: Range<Int>? = nil, activation: Activation = .none, bias useBias: Bool = true,
        residual useResidual: Bool = true, workers: Int = 1, level: InstructionSet = .default
    ) -> [Float] {
        let rows = rows ?? 0..<m
        let inputBuffer = FloatBuffer(input)
        let packed = PackedMatrix(weights: FloatBuffer(weights), outputs: n, inputs: k)
        let biasBuffer = FloatBuffer(bias)
        let stride = n + 3
        let out = FloatBuffer([Float](repeating: 77, count: m * stride))
        let output = out.matrix(rows: m, columns: n, stride: stride)[rows: rows]
        for row in rows {
            for column in 0..<n { out.baseAddress[row * stride + column] = residual[row * n + column] }
        }
        multiply(
            inputBuffer.matrix(rows: m, columns: k).readOnly[rows: rows], packed,
            bias: useBias ? UnsafePointer(biasBuffer.baseAddress) : nil, activation: activation,
            residual: useResidual ? output.readOnly : nil, into: output, workspace: Workspace(),
            workers: Workers(count: workers), instructionSet: level)
        for row in 0..<m {
            for column in n..<stride { #expect(out.baseAddress[row * stride + column] == 77) }
        }
        return elements(output)
    }

    func reference(_ activation: (Double) -> Double = { $0 }) -> [Double] {
        (0..<m * n).map { index in
            let (row, column) = (index / n, index % n)
            var sum = Double(bias[column])
            for i in 0..<k { sum += Double(input[row * k + i]) * Double(weights[column * k + i]) }
            return activation(sum) + Double(residual[index])
        }
    }
}

@Suite struct MultiplyTests {
    @Test(
        arguments: [
            (1, 1, 1), (1, 16, 7), (2, 8, 96), (3, 12, 96), (4, 17, 300), (5, 96, 588), (6, 33, 256),
            (7, 48, 257), (11, 100, 512), (13, 32, 513), (13, 32, 769), (14, 33, 258), (5, 24, 1600),
            (28, 48, 100), (37, 96, 96),
            (50, 144, 768), (300, 20, 30),
            (600, 40, 20),
        ], InstructionSet.allCases)
    func agreesWithDoublePrecision(shape: (Int, Int, Int), level: InstructionSet) {
        let layer = Layer(m: shape.0, n: shape.1, k: shape.2)
        let tolerance = 2e-7 * Double(layer.k) + 2e-6
        for (found, expected) in zip(layer.output(level: level), layer.reference()) {
            #expect(abs(Double(found) - expected) <= tolerance)
        }
    }

    @Test(arguments: [(50, 100, 600), (37, 96, 96), (28, 33, 257), (13, 12, 588), (19, 40, 900)])
    func bitsDependOnTheRowAlone(m: Int, n: Int, k: Int) {
        let layer = Layer(m: m, n: n, k: k)
        let all = layer.output().map(\.bitPattern)
        for workers in 2...5 { #expect(layer.output(workers: workers).map(\.bitPattern) == all) }
        for rows in [0..<1, 1..<3, 0..<4, 3..<8, 2..<9, m - 12..<m, 1..<m] {
            let some = layer.output(rows: rows, workers: 2).map(\.bitPattern)
            #expect(some == Array(all[rows.lowerBound * n..<rows.upperBound * n]))
        }
    }

    @Test(arguments: InstructionSet.allCases)
    func epiloguesAreFused(level: InstructionSet) {
        let layer = Layer(m: 9, n: 21, k: 10)
        let functions: [(Activation, (Double) -> Double)] = [
            (.none, { $0 }), (.relu, { max($0, 0) }), (.quickGELU, { $0 / (1 + exp(-1.702 * $0)) }),
            (.gelu, { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) }),
        ]
        for (activation, function) in functions {
            let found = layer.output(activation: activation, level: level)
            for (found, expected) in zip(found, layer.reference(function)) {
                #expect(abs(Double(found) - expected) <= 5e-6)
            }
        }
    }

    @Test func biasAndResidualMayBeLeftOut() {
        var layer = Layer(m: 3, n: 5, k: 4)
        let found = layer.output(bias: false, residual: false)
        layer.bias = layer.bias.map { _ in 0 }
        layer.residual = layer.residual.map { _ in 0 }
        #expect(found == layer.output())
    }

    @Test func aNaNStaysInItsRow() {
        var layer = Layer(m: 8, n: 16, k: 20)
        layer.input[3 * 20 + 5] = .nan
        let found = layer.output(activation: .gelu)
        for (index, value) in found.enumerated() { #expect(value.isNaN == (index / 16 == 3)) }
    }
}
