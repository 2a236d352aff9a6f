import MienHeads
import MienTensor
import Testing

import MienTraining

@Suite struct HeadNetworkTests {
    /// Everything a gradient needs, with a loss that sees all logits differently: sum of c_i z_i + z_i^2 / 2.
    private final class Fixture {
        let weights: HeadWeights
        let network: HeadNetwork
        let x: FloatBuffer
        let rows: Int
        let coefficients: [Float]

        init(shape: HeadShape, rows: Int, dropout: Double, workers: Int = 1) {
            weights = HeadWeights(shape: shape, seed: 3)
            network = HeadNetwork(
                shape: shape, capacity: rows, dropout: dropout, workers: Workers(count: workers))
            x = FloatBuffer(noise(rows * shape.width, seed: 2))
            self.rows = rows
            coefficients = noise(rows * shape.outputs, seed: 5)
            // Away from the identity, so that every term of the batch norm matters.
            for layer in weights.layout.layers.indices {
                for column in 0..<shape.hidden[layer] {
                    weights.parameters.baseAddress[weights.layout.layers[layer].normWeight + column] +=
                        0.3
                        * coefficients[column % coefficients.count]
                    weights.parameters.baseAddress[weights.layout.layers[layer].normBias + column] += 0.1
                }
            }
        }

        var embeddings: Matrix { Matrix(x.baseAddress, rows: rows, columns: weights.shape.width) }

        func pass(updating statistics: HeadWeights? = nil, stream: Int = 0) -> HeadNetwork.Pass {
            HeadNetwork.Pass(
                parameters: weights.parameters.baseAddress,
                dropout: RandomWords(seed: 7, purpose: .dropout, index: stream), statistics: statistics)
        }

        func loss() -> Double {
            network.load(embeddings)
            network.forward(rows: rows, pass())
            return zip(array(network.logits), coefficients).reduce(0) { sum, pair in
                sum + Double(pair.0) * Double(pair.1) + Double(pair.0 * pair.0) / 2
            }
        }

        func gradient() -> [Float] {
            _ = loss()
            let slope = FloatBuffer(zip(array(network.logits), coefficients).map { $0 + $1 })
            let gradient = FloatBuffer(count: weights.layout.count)
            network.backward(
                embeddings, logitGradient: slope.baseAddress, pass(), gradient: gradient.baseAddress,
                keepsWeights: true
            ) { _, _, _ in }
            return array(gradient)
        }
    }

    @Test(arguments: [
        (HeadShape(task: .expression, width: 10), 0.0), (HeadShape(task: .expression, width: 10), 0.6),
        (HeadShape(task: .actionUnits, width: 7, hidden: [13, 5]), 0.3),
        (HeadShape(task: .expression, width: 6, hidden: []), 0.0),
    ])
    func gradientIsTheSlope(shape: HeadShape, dropout: Double) {
        let fixture = Fixture(shape: shape, rows: 12, dropout: dropout)
        let gradient = fixture.gradient()
        let scale = gradient.map { abs($0) }.max()!
        for tensor in fixture.weights.layout.tensors {
            for index in stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 3) {
                let parameter = fixture.weights.parameters.baseAddress + index
                let (saved, step) = (parameter.pointee, Float(0x1p-11))
                parameter.pointee = saved + step
                let up = fixture.loss()
                parameter.pointee = saved - step
                let down = fixture.loss()
                parameter.pointee = saved
                let slope = (up - down) / Double(2 * step)
                #expect(
                    abs(slope - Double(gradient[index])) < 2e-3 * Double(scale), "\(tensor.name) \(index)")
            }
        }
    }

    @Test func workersDoNotChangeABit() {
        let shape = HeadShape(task: .expression, width: 200)
        let results = [1, 2, 3, 8].map {
            Fixture(shape: shape, rows: 20, dropout: 0.6, workers: $0).gradient()
        }
        for result in results { #expect(result.map(\.bitPattern) == results[0].map(\.bitPattern)) }
    }

    @Test func statisticsFollowTheBatchOnlyWhenAsked() {
        let fixture = Fixture(shape: HeadShape(task: .expression, width: 8), rows: 6, dropout: 0)
        let before = array(fixture.weights.statistics)
        fixture.network.load(fixture.embeddings)
        fixture.network.forward(rows: fixture.rows, fixture.pass())
        #expect(array(fixture.weights.statistics) == before)
        fixture.network.load(fixture.embeddings)
        fixture.network.forward(rows: fixture.rows, fixture.pass(updating: fixture.weights))
        #expect(array(fixture.weights.statistics) != before)
    }

    @Test func everyPassHasItsOwnMask() {
        let fixture = Fixture(shape: HeadShape(task: .expression, width: 64), rows: 6, dropout: 0.6)
        func logits(_ stream: Int) -> [Float] {
            fixture.network.load(fixture.embeddings)
            fixture.network.forward(rows: fixture.rows, fixture.pass(stream: stream))
            return array(fixture.network.logits)
        }
        let first = logits(0)
        #expect(logits(1) != first)
        #expect(logits(0) == first)
    }
}
