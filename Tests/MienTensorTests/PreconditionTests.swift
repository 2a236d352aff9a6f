import MienSafetensors
import MienTensor
import Testing

@Suite struct PreconditionTests {
    @Test func shapesThatDoNotFitStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let buffer = FloatBuffer(count: 64)
            let weights = PackedMatrix(weights: FloatBuffer(count: 12), outputs: 3, inputs: 4)
            multiply(
                buffer.matrix(rows: 2, columns: 5).readOnly, weights,
                into: buffer.matrix(rows: 2, columns: 3, offset: 16), workspace: Workspace(),
                workers: Workers(count: 1))
        }
        await #expect(processExitsWith: .failure) {
            _ = FloatBuffer(count: 9).matrix(rows: 2, columns: 5)
        }
        await #expect(processExitsWith: .failure) {
            let buffer = FloatBuffer(count: 64)
            attention(
                buffer.matrix(rows: 2, columns: 12).readOnly, tokens: 2, heads: 1,
                into: buffer.matrix(rows: 2, columns: 4, offset: 32), workspace: Workspace(),
                workers: Workers(count: 1))
        }
        await #expect(processExitsWith: .failure) {
            let buffer = FloatBuffer(count: 64)
            let weights = QueryAttentionWeights(
                keys: buffer.matrix(rows: 4, columns: 2).readOnly,
                values: buffer.matrix(rows: 4, columns: 2).readOnly, bias: buffer.baseAddress, heads: 1)
            attention(
                buffer.matrix(rows: 2, columns: 4).readOnly,
                over: buffer.matrix(rows: 5, columns: 2).readOnly, count: 2, weights: weights,
                into: buffer.matrix(rows: 2, columns: 4, offset: 32), workspace: Workspace(),
                workers: Workers(count: 1))
        }
        await #expect(processExitsWith: .failure) {
            var writer = SafetensorsWriter()
            writer.add(name: "a", shape: [2], integers: [1])
        }
    }
}
