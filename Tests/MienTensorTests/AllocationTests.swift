import Foundation
import MienTensor
import TestSupport
import Testing

private typealias Counter = @convention(c) () -> Int

/// The allocations so far, if the process was started by tools/check/allocations/run.
private let counter: Counter? = dlsym(nil, "mien_allocation_count").map {
    unsafeBitCast($0, to: Counter.self)
}

@Suite(.serialized, .enabled(if: counter != nil)) struct AllocationTests {
    /// The smallest number of allocations that one of some runs of `body` needed: what other threads of the
    /// process do now and then is not the body's.
    private func allocations(_ body: () -> Void) throws -> Int {
        let counter = try #require(counter)
        var fewest = Int.max
        for _ in 0..<50 {
            let before = counter()
            body()
            fewest = min(fewest, counter() - before)
        }
        return fewest
    }

    @Test(arguments: [1, 2])
    func steadyStateAllocatesNothing(count: Int) throws {
        let workers = Workers(count: count)
        let workspace = Workspace()
        let (tokens, width) = (150, 256)
        var generator = Random(seed: 5)
        let packed = PackedMatrix(
            weights: FloatBuffer(generator.floats(3 * width * width)), outputs: 3 * width, inputs: width)
        let quantized = QuantizedMatrix(
            QuantizedWeights(
                FloatBuffer(generator.floats(width * width)).matrix(rows: width, columns: width).readOnly,
                factors: Array(repeating: 1, count: width), workers: workers))!
        let output = FloatBuffer(count: tokens * width)
        let outputMatrix = output.matrix(rows: tokens, columns: width)
        let input = FloatBuffer(generator.floats(tokens * width))
        let projections = FloatBuffer(count: tokens * 3 * width)
        let inputMatrix = input.matrix(rows: tokens, columns: width)
        let projectionMatrix = projections.matrix(rows: tokens, columns: 3 * width)
        let parts = inputMatrix.readOnly[rows: 0..<4 * 32]
        let weights = QueryAttentionWeights(
            keys: parts, values: parts, bias: input.baseAddress, heads: 4)
        let found = try allocations {
            multiply(
                inputMatrix.readOnly, packed, activation: .gelu, into: projectionMatrix, workspace: workspace,
                workers: workers)
            multiply(
                inputMatrix.readOnly, quantized, into: outputMatrix, workspace: workspace, workers: workers)
            attention(
                projectionMatrix.readOnly, tokens: 50, heads: 4, into: inputMatrix, workspace: workspace,
                workers: workers)
            attention(
                Matrix(output.baseAddress, rows: 3, columns: 4 * 32), over: inputMatrix.readOnly, count: 50,
                weights: weights, into: projections.matrix(rows: 3, columns: 4 * 32), workspace: workspace,
                workers: workers)
            layerNorm(
                inputMatrix.readOnly, weight: input.baseAddress, bias: input.baseAddress, epsilon: 1e-5,
                into: inputMatrix)
            softmaxRows(inputMatrix)
        }
        #expect(found == 0)
    }
}
