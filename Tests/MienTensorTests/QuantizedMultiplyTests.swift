import CKernels
import MienTensor
import TestSupport
import Testing

/// A product with 8-bit weights, and the same in integers and double precision.
private struct QuantizedLayer {
    var m: Int
    var input: [Float]
    var weights: QuantizedWeights
    var bias: [Float]

    init(m: Int, weights: QuantizedWeights) {
        var generator = Random(seed: UInt64(m * 1_000_003 + weights.outputs * 1009 + weights.inputs))
        self.m = m
        self.weights = weights
        input = generator.floats(m * weights.inputs)
        bias = generator.floats(weights.outputs)
    }

    /// Weights of random numbers, quantised.
    init(m: Int, n: Int, k: Int) {
        var generator = Random(seed: UInt64(n * 1009 + k))
        let raw = FloatBuffer(generator.floats(n * k))
        self.init(
            m: m,
            weights: QuantizedWeights(
                raw.matrix(rows: n, columns: k).readOnly, factors: Array(repeating: 1, count: k),
                workers: Workers(count: 1)))
    }

    func output(
        rows: Range<Int>? = nil, activation: Activation = .none, workers: Int = 1,
        level: InstructionSet = .default
    ) throws -> [Float] {
        let rows = rows ?? 0..<m
        let (n, k) = (weights.outputs, weights.inputs)
        let inputBuffer = FloatBuffer(input)
        let biasBuffer = FloatBuffer(bias)
        let out = FloatBuffer(count: m * n)
        let output = out.matrix(rows: m, columns: n)[rows: rows]
        guard let packed = QuantizedMatrix(weights) else { throw Refused() }
        multiply(
            inputBuffer.matrix(rows: m, columns: k).readOnly[rows: rows], packed,
            bias: biasBuffer.baseAddress, activation: activation, into: output, workspace: Workspace(),
            workers: Workers(count: workers), instructionSet: level)
        return elements(output)
    }

    struct Refused: Error {}

    /// The result with exact sums, from the definition: a row's 127 or 255 steps lie between its least and its largest
    /// number, 0 among them.
    var reference: [Double] {
        let (n, k) = (weights.outputs, weights.inputs)
        let most = Double(mien_s8_rule_for(k).largest_input)
        return (0..<m).flatMap { row -> [Double] in
            let values = input[row * k..<(row + 1) * k].map(Double.init)
            let (low, high) = (min(values.min()!, 0), max(values.max()!, 0))
            let scale = high > low ? (high - low) / most : 1
            let zero = (-low / scale).rounded(.toNearestOrEven)
            let steps = values.map { Int(min(max(($0 / scale).rounded() + zero, 0), most) - zero) }
            return (0..<n).map { column in
                var sum = 0
                for i in 0..<k { sum += steps[i] * Int(weights.values[column * k + i]) }
                return Double(sum) * scale * Double(weights.scales[column]) + Double(bias[column])
            }
        }
    }
}

private func canBePacked(_ weights: QuantizedWeights) -> Bool {
    if let matrix = QuantizedMatrix(weights) { matrix.outputs == weights.outputs } else { false }
}

/// The places in a step of sixteen of the weights that meet in a 16-bit sum, eight or, of few inputs, four.
private func groups(inputs: Int) -> [[Int]] {
    mien_s8_rule_for(inputs).group == 8
        ? [[0, 1, 4, 5, 8, 9, 12, 13], [2, 3, 6, 7, 10, 11, 14, 15]]
        : [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
}

@Suite struct QuantizedMultiplyTests {
    /// A step of the input may round the other way than in double precision: one step of one weight for
    /// each input at most, and the sums over a row are far better than that.
    @Test(
        arguments: [
            (1, 1, 1), (2, 16, 7), (3, 8, 96), (5, 17, 300), (6, 96, 588), (11, 100, 1030), (13, 32, 513),
            (50, 144, 768), (300, 20, 30), (4, 20, 4096),
        ], InstructionSet.allCases)
    func agreesWithTheDefinition(shape: (Int, Int, Int), level: InstructionSet) throws {
        let layer = QuantizedLayer(m: shape.0, n: shape.1, k: shape.2)
        let most = Double(mien_s8_rule_for(layer.weights.inputs).largest_input)
        let step = 3.5 / most * Double(layer.weights.scales.max()!) * 127
        for (found, expected) in zip(
            try layer.output(level: level), layer.reference)
        {
            #expect(abs(Double(found) - expected) <= 3 * step)
        }
    }

    /// Weights at the bound of the rule, of either sign: with the largest input, 16-bit sums of eight reach
    /// 127 * 258 = 32,766 and sums of four 255 * 128 = 32,640. The next larger would be too large.
    static let extremes: [(inputs: Int, patterns: [[Int8]])] = [
        (
            4096,
            [
                [127, 127, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                [0, 4, 0, 127, 0, 0, 127, 0, 127, 127, 0, 0, 0, 0, 4, 0],
                [33, 33, 32, 32, 32, 32, 32, 32, 32, 32, 33, 33, 32, 32, 32, 32],
                [127, -127, -127, 127, -127, 127, -4, 4, 4, -4, 127, -127, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 127, 127, 127, 4, 0],
            ]
        ),
        (
            240,
            [
                [127, 1, 127, 1, 0, 0, 0, 0], [64, 64, 32, 32, 0, 0, 32, 32],
                [0, 0, 1, 127, 127, 1, 0, 0],
                [32, 32, 32, 32, 32, 32, 32, 32], [127, -127, -127, 127, 1, -1, -1, 1],
            ]
        ),
    ]

    @Test(arguments: extremes, InstructionSet.allCases)
    func doesNotSaturateAtTheExtremes(
        extreme: (inputs: Int, patterns: [[Int8]]), level: InstructionSet
    ) throws {
        let (k, most) = (extreme.inputs, Int(mien_s8_rule_for(extreme.inputs).largest_input))
        let rows = extreme.patterns + extreme.patterns.map { $0.map { -$0 } }
        let values = rows.flatMap { pattern in (0..<k).map { pattern[$0 % pattern.count] } }
        let weights = QuantizedWeights(
            outputs: rows.count, inputs: k, values: values, scales: Array(repeating: 1, count: rows.count)
        )
        var layer = QuantizedLayer(m: 3, weights: weights)
        layer.bias = Array(repeating: 0, count: rows.count)
        // All at the top; all but one at the top, that one far below; and every second one at the top.
        let top = Float(most)
        layer.input =
            Array(repeating: top, count: k) + [-top] + Array(repeating: top, count: k - 1)
            + (0..<k).map { $0 % 2 == 0 ? top : 0 }
        let sums = try layer.output(level: level)
        for column in rows.indices {
            let whole = (0..<k).map { Int(values[column * k + $0]) }
            #expect(sums[column] == Float(most * whole.reduce(0, +)))
            // Steps of 2, with the zero between two of them, rounded to the even one.
            let shifted = -(most + 1) * whole[0] + (most - 1) * whole.dropFirst().reduce(0, +)
            #expect(abs(sums[rows.count + column] - Float(shifted)) <= 1e-6 * Float(abs(shifted)) + 0.5)
            let even = stride(from: 0, to: k, by: 2).reduce(0) { $0 + whole[$1] }
            #expect(sums[2 * rows.count + column] == Float(most * even))
        }
    }

    @Test(arguments: [(50, 100, 600), (37, 96, 96), (13, 12, 588)])
    func aRowHasTheSameBitsInAnyBatchOnAnyThreads(shape: (Int, Int, Int)) throws {
        let layer = QuantizedLayer(m: shape.0, n: shape.1, k: shape.2)
        let all = try layer.output()
        for workers in 1...3 {
            for rows in [0..<1, 2..<5, 1..<13, 3..<10] {
                let found = try layer.output(rows: rows, workers: workers)
                let expected = all[rows.lowerBound * shape.1..<rows.upperBound * shape.1]
                #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
            }
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], InstructionSet.allCases)
    func aRowWithoutNumbersGivesNone(value: Float, level: InstructionSet) throws {
        var layer = QuantizedLayer(m: 3, n: 20, k: 40)
        let clean = try layer.output(level: level)
        layer.input[40 + 17] = value
        let found = try layer.output(level: level)
        #expect(found[20..<40].allSatisfy { $0.isNaN })
        #expect(Array(found[..<20]) == Array(clean[..<20]) && Array(found[40...]) == Array(clean[40...]))
    }

    @Test func zerosAndTinyNumbersAreHarmless() throws {
        var layer = QuantizedLayer(m: 3, n: 20, k: 40)
        layer.input =
            Array(repeating: 0, count: 40) + Array(repeating: 0x1p-146, count: 40)
            + Array(repeating: -3, count: 40)
        let found = try layer.output()
        for column in 0..<20 {
            #expect(abs(found[column] - layer.bias[column]) < 1e-6)
            #expect(abs(found[20 + column] - layer.bias[column]) < 1e-6)
        }
    }
}

@Suite struct QuantizedWeightsTests {
    /// Shapes of weights that try the rule: many of one sign, some far out, dense and sparse.
    static let distributions: [@Sendable (inout Random, Int) -> Float] = [
        { generator, _ in generator.floats(1)[0] },
        { generator, _ in abs(generator.floats(1)[0]) },
        { _, index in index % 16 < 2 ? 1 : -1 },
        { generator, index in index % 97 == 0 ? 50 : generator.floats(1)[0] },
        { generator, index in index % 5 == 0 ? generator.floats(1)[0] : 0 },
    ]

    @Test(arguments: 0..<distributions.count, [203, 619])
    func obeyTheRuleAndLieClose(distribution: Int, inputs k: Int) {
        let n = 24
        var generator = Random(seed: UInt64(distribution + 1))
        let raw = (0..<n * k).map { Self.distributions[distribution](&generator, $0) }
        let buffer = FloatBuffer(raw)
        let factors = (0..<k).map { Float(sign: .plus, exponent: $0 % 3 - 1, significand: 1) }
        let weights = QuantizedWeights(
            buffer.matrix(rows: n, columns: k).readOnly, factors: factors, workers: Workers(count: 2))
        let bound = Int(mien_s8_rule_for(k).group_sum)
        var (error, power) = (0.0, 0.0)
        for row in 0..<n {
            for start in stride(from: 0, to: k, by: 16) {
                for group in groups(inputs: k) {
                    let values = group.filter { start + $0 < k }
                        .map { Int(weights.values[row * k + start + $0]) }
                    #expect(values.filter { $0 > 0 }.reduce(0, +) <= bound)
                    #expect(values.filter { $0 < 0 }.reduce(0, +) >= -bound)
                }
            }
            for column in 0..<k {
                let wanted = Double(raw[row * k + column] * factors[column])
                let found = Double(weights.values[row * k + column]) * Double(weights.scales[row])
                error += (found - wanted) * (found - wanted)
                power += wanted * wanted
            }
        }
        #expect((error / power).squareRoot() < 0.035)
        #expect(canBePacked(weights))
    }

    /// Three of 42 and three of 44, or six of either, below and above the bound of 128 or 258.
    @Test(arguments: [35, 600])
    func weightsThatBreakTheRuleAreRefused(inputs: Int) {
        let rule = mien_s8_rule_for(inputs)
        for group in groups(inputs: inputs) {
            for (value, obeys) in [(Int8(42), true), (44, false)] {
                var values = [Int8](repeating: 0, count: 2 * inputs)
                for place in group.prefix(rule.group == 8 ? 6 : 3) { values[inputs + 16 + place] = value }
                let weights = QuantizedWeights(
                    outputs: 2, inputs: inputs, values: values, scales: [1, 1])
                #expect(canBePacked(weights) == obeys)
            }
        }
    }

    @Test func zerosStayZerosAndNoNumberBecomesOne() {
        let buffer = FloatBuffer([0, 0, 0, 0] + [Float.nan, 1, 1, 1] + [0x1p-130, 0, 0, 0])
        let weights = QuantizedWeights(
            buffer.matrix(rows: 3, columns: 4).readOnly, factors: [1, 1, 1, 1], workers: Workers(count: 1)
        )
        #expect(weights.scales[0] == 0)
        #expect(weights.scales[1].isNaN)
        #expect(weights.scales[2] == 0)
    }
}
