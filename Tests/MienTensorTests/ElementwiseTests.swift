import CKernels
import Foundation
import MienTensor
import TestSupport
import Testing

/// Every kind of float in -range...range: tiny ones, whole ones, and many between.
private func samples(upTo range: Float) -> [Float] {
    var generator = Random(seed: 11)
    var values: [Float] = [0, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, 1e-30, -1e-10, 1, -1]
    values += [range, -range]
    values += (0..<20_001).map { Float($0 - 10_000) / 10_000 * range }
    values += (0..<2000).map { _ in Float.random(in: -1...1, using: &generator) }
    return values
}

private typealias Kernel = (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, InstructionSet) -> Void

private func applied(_ level: InstructionSet, _ values: [Float], _ kernel: Kernel) -> [Float] {
    var result = [Float](repeating: 0, count: values.count)
    kernel(values, values.count, &result, level)
    return result
}

@Suite struct ElementwiseTests {
    struct Function: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var range: Float
        /// The relative error allowed, where it may be relative...
        var tolerance: Double
        /// ...and the part of |x| that may be lost beside it.
        var absolute: Double
        var kernel: @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, InstructionSet) -> Void
        var exact: @Sendable (Double) -> Double
    }

    static let functions = [
        Function(
            testDescription: "exponential", range: 100, tolerance: 1.5e-7, absolute: 0,
            kernel: { exponential($0, count: $1, into: $2, instructionSet: $3) }, exact: { exp($0) }),
        Function(
            testDescription: "sigmoid", range: 100, tolerance: 2.5e-7, absolute: 0,
            kernel: { sigmoid($0, count: $1, into: $2, instructionSet: $3) }, exact: { 1 / (1 + exp(-$0)) }),
        Function(
            testDescription: "relu", range: 100, tolerance: 0, absolute: 0,
            kernel: { apply(.relu, to: $0, count: $1, into: $2, instructionSet: $3) }, exact: { max($0, 0) }),
        Function(
            testDescription: "quick GELU", range: 40, tolerance: 6e-6, absolute: 1e-8,
            kernel: { apply(.quickGELU, to: $0, count: $1, into: $2, instructionSet: $3) },
            exact: { $0 / (1 + exp(-1.702 * $0)) }),
        Function(
            testDescription: "GELU", range: 12, tolerance: 6e-6, absolute: 1e-8,
            kernel: { apply(.gelu, to: $0, count: $1, into: $2, instructionSet: $3) },
            exact: { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) }),
        Function(
            testDescription: "GELU, far", range: 100, tolerance: 5e-7, absolute: 1e-30,
            kernel: { apply(.gelu, to: $0, count: $1, into: $2, instructionSet: $3) },
            exact: { $0 > 0 ? $0 * (1 - 0.5 * erfc($0 / 2.0.squareRoot())) : $0 > -12 ? .nan : 0 }),
    ]

    @Test(arguments: functions, [InstructionSet.baseline, .default])
    func agreesWithDoublePrecision(function: Function, level: InstructionSet) {
        let values = samples(upTo: function.range)
        let found = applied(level, values, function.kernel)
        for (value, found) in zip(values, found) {
            var expected = function.exact(Double(value))
            if expected.isNaN { continue }
            if expected > Double(Float.greatestFiniteMagnitude) { expected = .infinity }
            // Results below the smallest normal number may be zero.
            let allowed = max(
                function.tolerance * abs(expected), function.absolute * Double(abs(value)), 1.2e-38)
            #expect(
                Double(found) == expected || abs(Double(found) - expected) <= allowed,
                "f(\(value)) = \(found), not \(expected)")
        }
    }

    @Test(arguments: functions)
    func nanStaysAndLengthsDoNotMatter(function: Function) {
        let values = (0..<40).map { $0 == 7 ? Float.nan : Float($0 - 20) / 10 }
        let all = applied(.default, values, function.kernel)
        for (index, value) in all.enumerated() { #expect(value.isNaN == (index == 7)) }
        for count in 0...7 {
            let some = applied(.default, Array(values[..<count]), function.kernel)
            #expect(some == Array(all[..<count]))
        }
    }

    @Test(arguments: InstructionSet.allCases)
    func infinitiesAreTaken(level: InstructionSet) {
        let values: [Float] = [.infinity, -.infinity]
        #expect(
            applied(level, values) { exponential($0, count: $1, into: $2, instructionSet: $3) } == [
                .infinity, 0,
            ])
        #expect(applied(level, values) { sigmoid($0, count: $1, into: $2, instructionSet: $3) } == [1, 0])
    }

    @Test(arguments: [1, 15, 16, 33, 96, 768, 1000], InstructionSet.allCases)
    func rowsAreNormalised(width: Int, level: InstructionSet) {
        var generator = Random(seed: UInt64(width))
        let rows = 3
        // An offset a hundred times the spread would ruin a variance taken in one pass.
        let values = generator.floats(rows * width).map { $0 + 100 }
        let (weight, bias) = (generator.floats(width), generator.floats(width))
        let buffer = FloatBuffer(values)
        let matrix = buffer.matrix(rows: rows, columns: width)
        layerNorm(
            matrix.readOnly, weight: weight, bias: bias, epsilon: 1e-5, into: matrix, instructionSet: level)
        for row in 0..<rows {
            let x = values[row * width..<(row + 1) * width].map(Double.init)
            let mean = x.reduce(0, +) / Double(width)
            let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            for column in 0..<width {
                let expected =
                    (x[column] - mean) / (variance + 1e-5).squareRoot() * Double(weight[column])
                    + Double(bias[column])
                #expect(abs(Double(buffer.span[row * width + column]) - expected) < 2e-4)
            }
        }
    }

    @Test(arguments: [1, 7, 16, 50, 257, 577], InstructionSet.allCases)
    func rowsBecomeProbabilities(width: Int, level: InstructionSet) {
        var generator = Random(seed: UInt64(width))
        let values = generator.floats(2 * width).map { $0 * 60 }
        let buffer = FloatBuffer(values)
        softmaxRows(buffer.matrix(rows: 2, columns: width), scale: 0.125, instructionSet: level)
        for row in 0..<2 {
            let x = values[row * width..<(row + 1) * width].map { Double($0) / 8 }
            let weights = x.map { exp($0 - x.max()!) }
            let sum = weights.reduce(0, +)
            for column in 0..<width {
                let found = Double(buffer.span[row * width + column])
                #expect(abs(found - weights[column] / sum) <= 4e-6 * weights[column] / sum + 1e-37)
            }
        }
    }

    @Test(arguments: [1, 15, 16, 17, 100], InstructionSet.allCases)
    func pixelsAreNormalised(count: Int, level: InstructionSet) {
        let mean = (0.48145466, 0.4578275, 0.40821073)
        let deviation = (0.26862954, 0.26130258, 0.27577711)
        let pixels = (0..<3 * count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let normalization = PixelNormalization(mean: mean, deviation: deviation)
        var found = [Float](repeating: 0, count: 3 * count)
        normalization(pixels, count: count, into: &found, instructionSet: level)
        let (means, deviations) = ([mean.0, mean.1, mean.2], [deviation.0, deviation.1, deviation.2])
        for index in found.indices {
            let expected = (Double(pixels[index]) / 255 - means[index % 3]) / deviations[index % 3]
            #expect(abs(Double(found[index]) - expected) < 4e-7)
        }
    }
}
