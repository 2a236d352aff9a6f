import MienHeads
import MienTensor

/// One head with all that turns a batch into better weights: network, loss, SAM and AdamW.
///
/// Each step is two passes with SAM, one without:
///
///     g = dL/dw at w                       (running statistics updated, one dropout mask)
///     g = dL/dw at w + eps(g)              (statistics frozen, another mask)
///     w = AdamW(w, g)
///
/// Nothing is allocated per step once the largest batch has been seen.
package final class HeadOptimizer {
    package let weights: HeadWeights
    private(set) var adam: AdamW

    private let network: HeadNetwork
    private let sharpness: SharpnessAwareness
    private let seed: UInt64
    private var objective: Objective
    private let gradient: FloatBuffer
    private let ascended: FloatBuffer
    private let logitGradient: FloatBuffer
    /// For each part of the gradient, the sum of its squares. Added in the order of the parts, it does not depend
    /// on the thread that was first.
    private let squares: UnsafeMutableBufferPointer<Double>

    /// A loss above this has left the range in which training works: a guess at random costs 2.1.
    private static let largestLoss = 1e4

    /// Why a step could not be taken.
    package struct Divergence: Error {
        package let tensor: String
        package let reason: String
    }

    package init(
        weights: HeadWeights, loss: LossOptions, adam: AdamWOptions, sharpness: SharpnessOptions,
        dropout: Double, batchSize: Int, seed: UInt64, workers: Workers
    ) {
        self.weights = weights
        self.seed = seed
        self.adam = AdamW(count: weights.layout.count, options: adam)
        self.sharpness = SharpnessAwareness(options: sharpness)
        network = HeadNetwork(
            shape: weights.shape, capacity: batchSize, dropout: dropout, workers: workers)
        objective = Objective(task: weights.shape.task, options: loss)
        gradient = FloatBuffer(count: weights.layout.count)
        ascended = FloatBuffer(count: sharpness.rho > 0 ? weights.layout.count : 0)
        logitGradient = FloatBuffer(count: batchSize * weights.shape.outputs)
        squares = .allocate(capacity: network.blockCount)
        squares.initialize(repeating: 0)
    }

    deinit {
        squares.deallocate()
    }

    /// The steps taken so far. Setting it, and filling the moments, continues another optimiser's work.
    package var steps: Int {
        get { adam.steps }
        set { adam.steps = newValue }
    }

    /// Takes one step.
    ///
    /// - Parameters:
    ///   - embeddings: rows x width.
    ///   - targets: rows x outputs, as ``Objective`` takes them.
    /// - Returns: The loss before the step.
    package func step(
        _ embeddings: Matrix, targets: UnsafePointer<Float>, rate: Double
    ) throws(Divergence) -> Double {
        network.load(embeddings)
        let parameters = weights.parameters.baseAddress
        let first = HeadNetwork.Pass(parameters: parameters, dropout: mask(pass: 0), statistics: weights)
        let loss = forward(embeddings, targets, first)
        try check(loss, embeddings)
        guard sharpness.options.rho > 0 else {
            try descend(embeddings, first, rate: rate)
            return loss
        }
        let scale = uphill(embeddings, first)
        let (gradient, ascended, sharpness) = (gradient.baseAddress, ascended.baseAddress, sharpness)
        func ascend(_ range: Range<Int>) {
            let start = range.lowerBound
            sharpness.ascend(
                from: parameters + start, gradient: gradient + start, count: range.count, scale: scale,
                into: ascended + start)
        }
        for range in weights.layout.smallRanges { ascend(range) }
        try withoutActuallyEscaping(ascend) { ascend throws(Divergence) in
            let second = HeadNetwork.Pass(
                parameters: ascended, prepare: ascend, dropout: mask(pass: 1), statistics: nil)
            try check(forward(embeddings, targets, second), embeddings)
            try descend(embeddings, second, rate: rate)
        }
        return loss
    }

    /// The loss; `logitGradient` receives its gradient by the logits.
    private func forward(
        _ embeddings: Matrix, _ targets: UnsafePointer<Float>, _ pass: HeadNetwork.Pass
    ) -> Double {
        network.forward(rows: embeddings.rows, pass)
        return objective(
            logits: network.logits.baseAddress, targets: targets, rows: embeddings.rows,
            gradient: logitGradient.baseAddress)
    }

    /// Computes the gradient and returns what it is multiplied by on the way uphill.
    private func uphill(_ embeddings: Matrix, _ pass: HeadNetwork.Pass) -> Float {
        let (squares, sharpness, parameters) = (squares, sharpness, weights.parameters.baseAddress)
        network.backward(
            embeddings, logitGradient: logitGradient.baseAddress, pass, gradient: gradient.baseAddress,
            keepsWeights: true
        ) { block, range, part in
            squares[block] = sharpness.squaredNorm(
                gradient: part, parameters: parameters + range.lowerBound, count: range.count)
        }
        let small = weights.layout.smallRanges.reduce(0.0) { sum, range in
            let start = range.lowerBound
            return sum
                + sharpness.squaredNorm(
                    gradient: gradient.baseAddress + start, parameters: parameters + start, count: range.count
                )
        }
        return sharpness.scale(squaredNorm: squares.reduce(small, +))
    }

    /// Computes the gradient and steps against it, part by part while it is in the cache.
    private func descend(
        _ embeddings: Matrix, _ pass: HeadNetwork.Pass, rate: Double
    ) throws(Divergence) {
        let (squares, parameters) = (squares, weights.parameters.baseAddress)
        let step = adam.beginStep(rate: rate)
        network.backward(
            embeddings, logitGradient: logitGradient.baseAddress, pass, gradient: gradient.baseAddress,
            keepsWeights: false
        ) { block, range, part in
            squares[block] = step.apply(to: range, of: parameters, gradient: part)
        }
        var norm = squares.reduce(0, +)
        for range in weights.layout.smallRanges {
            norm += step.apply(to: range, of: parameters, gradient: gradient.baseAddress + range.lowerBound)
        }
        guard norm.isFinite else { throw brokenTensor(embeddings) }
    }

    private func mask(pass: Int) -> RandomWords {
        RandomWords(seed: seed, purpose: .dropout, index: 2 * adam.steps + pass)
    }

    private func check(_ loss: Double, _ embeddings: Matrix) throws(Divergence) {
        guard loss.isFinite else { throw brokenTensor(embeddings) }
        guard loss < Self.largestLoss else {
            throw Divergence(tensor: "loss", reason: "exploded to \(loss)")
        }
    }

    /// The first tensor that is not finite, in the order in which they depend on each other.
    private func brokenTensor(_ embeddings: Matrix) -> Divergence {
        for row in 0..<embeddings.rows {
            for column in 0..<embeddings.columns {
                let value = embeddings.baseAddress[row * embeddings.stride + column]
                guard !value.isFinite else { continue }
                return Divergence(tensor: "features", reason: "hold \(value) in row \(row) of the batch")
            }
        }
        for (buffer, kind) in [(weights.parameters.baseAddress, ""), (gradient.baseAddress, "gradient of ")] {
            let index = (0..<weights.layout.count).first { !buffer[$0].isFinite }
            if let index, let tensor = weights.layout.tensor(at: index) {
                return Divergence(tensor: kind + tensor.name, reason: "holds \(buffer[index])")
            }
        }
        return Divergence(tensor: "logits", reason: "are not finite")
    }
}
