import CKernels
import Foundation
import MienTensor
import TestSupport
import Testing

/// Projections of some images, and attention over them in double precision.
private struct Images {
    var count: Int
    var tokens: Int
    var heads: Int
    var headWidth: Int
    var projections: [Float]

    var width: Int { heads * headWidth }

    init(count: Int, tokens: Int, heads: Int, headWidth: Int, scale: Float = 1) {
        (self.count, self.tokens, self.heads, self.headWidth) = (count, tokens, heads, headWidth)
        var generator = Random(seed: UInt64(tokens * 1009 + headWidth))
        projections = generator.floats(count * tokens * 3 * heads * headWidth).map { $0 * scale }
    }

    func output(
        image: Int? = nil, workers: Int = 1,
        level: InstructionSet = .default
    ) -> [Float] {
        let rows = image.map { $0 * tokens..<($0 + 1) * tokens } ?? 0..<count * tokens
        let input = FloatBuffer(projections)
        let out = FloatBuffer(count: count * tokens * width)
        let output = out.matrix(rows: count * tokens, columns: width)[rows: rows]
        attention(
            input.matrix(rows: count * tokens, columns: 3 * width).readOnly[rows: rows],
            tokens: tokens, heads: heads, into: output, workspace: Workspace(),
            workers: Workers(count: workers), instructionSet: level)
        return elements(output)
    }

    func reference() -> [Double] {
        var result = [Double](repeating: 0, count: count * tokens * width)
        func projection(_ row: Int, _ part: Int, _ column: Int) -> Double {
            Double(projections[row * 3 * width + part * width + column])
        }
        for image in 0..<count {
            let rows = image * tokens..<(image + 1) * tokens
            for head in 0..<heads {
                let columns = head * headWidth..<(head + 1) * headWidth
                for row in rows {
                    let scores = rows.map { other in
                        columns.reduce(0) { $0 + projection(row, 0, $1) * projection(other, 1, $1) }
                            / Double(headWidth).squareRoot()
                    }
                    let most = scores.max()!
                    let weights = scores.map { exp($0 - most) }
                    let sum = weights.reduce(0, +)
                    for column in columns {
                        result[row * width + column] =
                            zip(rows, weights).reduce(0) { $0 + $1.1 * projection($1.0, 2, column) } / sum
                    }
                }
            }
        }
        return result
    }
}

@Suite struct AttentionTests {
    @Test(
        arguments: [
            (1, 8), (5, 8), (37, 24), (50, 64), (197, 64), (257, 40), (577, 8), (785, 8), (9, 256),
        ])
    func agreesWithDoublePrecision(shape: (Int, Int)) {
        let images = Images(count: 2, tokens: shape.0, heads: 2, headWidth: shape.1)
        let reference = images.reference()
        for level in InstructionSet.allCases {
            for (found, expected) in zip(images.output(level: level), reference) {
                #expect(abs(Double(found) - expected) < 4e-6)
            }
        }
    }

    @Test func largeScoresDoNotOverflow() {
        let images = Images(count: 1, tokens: 20, heads: 1, headWidth: 16, scale: 30)
        for (found, expected) in zip(images.output(), images.reference()) {
            #expect(abs(Double(found) - expected) < 0.02)
        }
    }

    @Test func zerosAndTinyNumbersAreHarmless() {
        for value: Float in [0, 0x1p-146, -0x1p-120] {
            var images = Images(count: 1, tokens: 7, heads: 2, headWidth: 8)
            images.projections = images.projections.map { _ in value }
            for found in images.output() { #expect(abs(found - value) <= 0x1p-120) }
        }
    }

    @Test(arguments: InstructionSet.allCases)
    func aNaNStaysInItsHead(level: InstructionSet) {
        let clean = Images(count: 2, tokens: 9, heads: 2, headWidth: 16)
        let (row, head) = (12, 1)
        for (part, value) in [(0, Float.nan), (1, .infinity), (2, .nan)] {
            var images = clean
            images.projections[row * 3 * 32 + part * 32 + head * 16 + 5] = value
            let found = images.output(level: level)
            for (index, expected) in clean.output(level: level).enumerated() {
                let (foundRow, foundHead) = (index / 32, index % 32 / 16)
                if foundRow / 9 != 1 || foundHead != head {
                    #expect(found[index].bitPattern == expected.bitPattern)
                }
            }
            #expect(found[row * 32 + head * 16 + 5].isNaN)
        }
    }

    @Test func bitsDependOnTheImageAlone() {
        let images = Images(count: 3, tokens: 50, heads: 3, headWidth: 32)
        let all = images.output().map(\.bitPattern)
        #expect(images.output(workers: 2).map(\.bitPattern) == all)
        let narrow = images.output(workers: 4, level: .avx2)
        #expect(narrow.map(\.bitPattern) == all)
        for image in 0..<3 {
            let count = 50 * images.width
            #expect(
                images.output(image: image).map(\.bitPattern)
                    == Array(all[image * count..<(image + 1) * count]))
        }
    }
}
