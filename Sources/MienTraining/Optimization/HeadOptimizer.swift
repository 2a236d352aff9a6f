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
final class HeadOptimizer {
    let weights: HeadWeights
    private(set) var adam: AdamW

    private let network: HeadNetwork
    private let sharpness: SharpnessAwareness
    private let seed: UInt64
    private let workers: Workers
    private var objective: Objective
    private let gradient: FloatBuffer
    private let ascended: FloatBuffer
    private let logitGradient: FloatBuffer

    /// A loss above this has left the range in which training works: a guess at random costs 2.1.
    private static let largestLoss = 1e4

    /// Why a step could not be taken.
    struct Divergence: Error {
        let tensor: String
        let reason: String
    }

    init(
        weights: HeadWeights, loss: LossOptions, adam: AdamWOptions, sharpness: SharpnessOptions,
        dropout: Double, batchSize: Int, seed: UInt64, workers: Workers
    ) {
        self.weights = weights
        self.seed = seed
        self.workers = workers
        self.adam = AdamW(count: weights.layout.count, options: adam)
        self.sharpness = SharpnessAwareness(options: sharpness, workers: workers)
        network = HeadNetwork(
            shape: weights.shape, capacity: batchSize, dropout: dropout, workers: workers)
        objective = Objective(task: weights.shape.task, options: loss)
        gradient = FloatBuffer(count: weights.layout.count)
        ascended = FloatBuffer(count: sharpness.rho > 0 ? weights.layout.count : 0)
        logitGradient = FloatBuffer(count: batchSize * weights.shape.outputs)
    }

    /// The steps taken so far. Setting it, and filling the moments, continues another optimiser's work.
    var steps: Int {
        get { adam.steps }
        set { adam.steps = newValue }
    }

    /// Takes one step.
    ///
    /// - Parameters:
    ///   - embeddings: rows x width.
    ///   - targets: rows x outputs, as ``Objective`` takes them.
    /// - Returns: The loss before the step.
    func step(
        _ embeddings: Matrix, targets: UnsafePointer<Float>, rate: Double
    ) throws(Divergence) -> Double {
        let parameters = weights.parameters.baseAddress
        let count = weights.layout.count
        let gradient = gradient.baseAddress
        let first = HeadNetwork.Pass(
            parameters: parameters, dropout: mask(pass: 0), statistics: weights)
        let loss = pass(embeddings, targets, first)
        try check(loss, embeddings)
        if sharpness.options.rho > 0 {
            sharpness.ascend(
                from: parameters, gradient: gradient, count: count, into: ascended.baseAddress)
            let second = HeadNetwork.Pass(
                parameters: ascended.baseAddress, dropout: mask(pass: 1), statistics: nil)
            try check(pass(embeddings, targets, second), embeddings)
        }
        let norm = adam.step(parameters, gradient: gradient, rate: rate, workers: workers)
        guard norm.isFinite else { throw brokenTensor(embeddings) }
        return loss
    }

    /// The loss and, in `gradient`, its gradient by the parameters.
    private func pass(
        _ embeddings: Matrix, _ targets: UnsafePointer<Float>, _ pass: HeadNetwork.Pass
    ) -> Double {
        network.forward(embeddings, pass)
        let loss = objective(
            logits: network.logits.baseAddress, targets: targets, rows: embeddings.rows,
            gradient: logitGradient.baseAddress)
        guard loss.isFinite else { return loss }
        let slope = Matrix(
            logitGradient.baseAddress, rows: embeddings.rows, columns: weights.shape.outputs)
        network.backward(embeddings, logitGradient: slope, pass, gradient: gradient.baseAddress)
        return loss
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
