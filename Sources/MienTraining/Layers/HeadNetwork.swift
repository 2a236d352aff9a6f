import CKernels
import MienHeads
import MienTensor

/// A head in training: the way forward with batch statistics and dropout, and the way back.
///
///     z = x W^T,  n = (z - mean(z)) / sqrt(var(z) + eps),  y = dropout(relu(gamma n + beta))   for each layer
///     logits = y W_o^T + b_o
///
/// A layer's bias is left out of z: the mean takes it out again, so its gradient is exactly zero, and only the
/// running mean has to see it.
///
/// Everything behind a matrix product works column by column, so a piece of work is the product for some
/// columns and all that follows for these, while they are in the cache; and a gradient is handed on while it is
/// there (``Sink``). The weights are much larger than a batch: what training costs is the number of times they
/// pass through the memory. Pieces are cut by ``Slices``; results do not depend on the number of workers.
/// Nothing is allocated after `init`.
package final class HeadNetwork {
    package let shape: HeadShape
    package let layout: ParameterLayout
    /// The largest number of rows in a batch.
    package let capacity: Int

    /// How one pass runs.
    package struct Pass {
        /// The parameters, in the layout of ``ParameterLayout``.
        package var parameters: UnsafePointer<Float>
        /// Called for each part of the hidden layers' weights, on any thread, before it is read: a last chance to
        /// fill it in. nil if they are complete.
        package var prepare: ((_ range: Range<Int>) -> Void)?
        /// The dropout masks' seed and stream; nil is no dropout.
        package var dropout: RandomWords?
        /// Whose running statistics the pass updates; nil leaves them alone.
        package var statistics: HeadWeights?

        package init(
            parameters: UnsafePointer<Float>, prepare: ((_ range: Range<Int>) -> Void)? = nil,
            dropout: RandomWords?, statistics: HeadWeights?
        ) {
            self.parameters = parameters
            self.prepare = prepare
            self.dropout = dropout
            self.statistics = statistics
        }
    }

    /// Takes a part of the gradient by a hidden layer's weights, on any thread. `block` counts the parts, the same
    /// way every time. When it is called, nothing of this pass needs these weights any more.
    package typealias Sink = (_ block: Int, _ range: Range<Int>, _ gradient: UnsafePointer<Float>) -> Void

    /// The number of parts that a ``Sink`` sees.
    package let blockCount: Int

    package let dropout: Double
    package let workers: Workers
    let slices: [Slices]
    /// For each layer: the first part of its weights' gradient.
    private let firstBlocks: [Int]
    /// For each layer, capacity x width: normalised values, outputs, masks, gradients by outputs.
    let normalized: [Activations]
    let outputs: [Activations]
    private let masks: [Activations]
    let gradients: [Activations]
    /// The embeddings, and then each layer's outputs, transposed: width x rows.
    private let transposed: [Activations]
    /// For each layer three rows: batch mean, batch variance, 1 / standard deviation.
    let moments: [Activations]
    /// For each worker, what fits a slice of products or a part of a gradient.
    private let scratch: [Activations]
    private let transposedLogits: FloatBuffer
    /// capacity x outputs.
    package let logits: FloatBuffer
    /// The masks of all layers take one sequence of random words, the layers one after another. `word` is the
    /// first of a piece.
    private let maskPieces: [(layer: Int, elements: Range<Int>, word: Int)]

    private static let runningMomentum: Float = 0.1
    /// The rows of a weight whose gradient is one part.
    private static let blockRows = 16

    package init(shape: HeadShape, capacity: Int, dropout: Double, workers: Workers) {
        precondition(capacity >= 2, "batch norm has no statistics over \(capacity) rows")
        precondition((0..<1).contains(dropout), "a dropout of \(dropout) leaves nothing")
        self.shape = shape
        self.capacity = capacity
        self.dropout = dropout
        self.workers = workers
        layout = ParameterLayout(shape)
        slices = shape.hidden.map { Slices(count: $0) }
        func all(_ rows: Int) -> [Activations] { shape.hidden.map { Activations(rows: rows, columns: $0) } }
        normalized = all(capacity)
        outputs = all(capacity)
        masks = all(capacity)
        gradients = all(capacity)
        transposed = ([shape.width] + shape.hidden).map { Activations(rows: $0, columns: capacity) }
        moments = all(3)
        let widestSlice = slices.map { $0[0].count }.max() ?? 0
        let widest = ([shape.width] + shape.hidden).max() ?? 0
        scratch = (0..<workers.count).map { _ in
            Activations(rows: 1, columns: max(widestSlice * capacity, Self.blockRows * widest))
        }
        transposedLogits = FloatBuffer(count: capacity * shape.outputs)
        logits = FloatBuffer(count: capacity * shape.outputs)
        var pieces: [(layer: Int, elements: Range<Int>, word: Int)] = []
        var blocks: [Int] = []
        var (word, block) = (0, 0)
        for (layer, width) in shape.hidden.enumerated() {
            let slices = Slices(count: capacity * width, minimum: 4096)
            for piece in 0..<slices.pieces {
                let elements = slices[piece]
                pieces.append((layer, elements, word + elements.lowerBound))
            }
            // The generator deals out its words in blocks of 64.
            word += (capacity * width + 63) / 64 * 64
            blocks.append(block)
            block += (width + Self.blockRows - 1) / Self.blockRows
        }
        maskPieces = pieces
        firstBlocks = blocks
        blockCount = block
    }

    /// Reads the batch that the next passes are about: rows x width, to stay in place until they are done.
    package func load(_ embeddings: Matrix) {
        precondition((2...capacity).contains(embeddings.rows) && embeddings.columns == shape.width)
        mien_transpose(
            embeddings.rows, shape.width, embeddings.baseAddress, embeddings.stride, transposed[0].address,
            embeddings.rows)
    }

    /// Computes ``logits`` of the loaded batch.
    package func forward(rows: Int, _ pass: Pass) {
        if let words = pass.dropout, dropout > 0 { makeMasks(words) }
        for layer in shape.hidden.indices {
            let slices = slices[layer]
            workers.run(slices.pieces) { piece, slot in
                forward(layer, columns: slices[piece], rows: rows, pass, scratch: scratch[slot].address)
            }
            if let weights = pass.statistics {
                track(layer, rows: rows, bias: pass.parameters + layout.layers[layer].bias, weights)
            }
        }
        let inputs = shape.inputs(of: shape.hidden.count)
        trainingKernels.product(
            shape.outputs, rows, inputs, pass.parameters + layout.outputWeight, inputs, 1,
            transposed[shape.hidden.count].address, rows, transposedLogits.baseAddress, rows)
        for row in 0..<rows {
            for output in 0..<shape.outputs {
                logits.baseAddress[row * shape.outputs + output] =
                    transposedLogits.baseAddress[output * rows + row]
                    + pass.parameters[layout.outputBias + output]
            }
        }
    }

    /// The product, the batch norm and what follows for some columns of a layer.
    private func forward(
        _ layer: Int, columns: Range<Int>, rows: Int, _ pass: Pass, scratch: UnsafeMutablePointer<Float>
    ) {
        let width = shape.hidden[layer]
        let inputs = shape.inputs(of: layer)
        let place = layout.layers[layer]
        let first = columns.lowerBound
        let count = columns.count
        let weight = place.weight + first * inputs
        pass.prepare?(weight..<weight + count * inputs)
        // z^T = W x^T: so the rows of the weight are read once and in order.
        trainingKernels.product(
            count, rows, inputs, pass.parameters + weight, inputs, 1, transposed[layer].address, rows,
            scratch, rows)
        let z = normalized[layer].address + first
        let y = outputs[layer].address + first
        let mean = moments[layer].address + first
        mien_transpose(count, rows, scratch, rows, z, width)
        let mask = pass.dropout != nil && dropout > 0 ? masks[layer].address + first : nil
        trainingKernels.norm_relu_forward(
            rows, count, width, z, pass.parameters + place.normWeight + first,
            pass.parameters + place.normBias + first, mask, NormParameters.epsilon, mean, mean + width,
            mean + 2 * width, y)
        mien_transpose(rows, count, y, width, transposed[layer + 1].address + first * rows, rows)
    }

    /// Hands the gradient by the weight of `layer` to `sink`, part by part; with a `store` it stays there, else
    /// it is gone when `sink` returns.
    package func weightGradient(
        _ layer: Int, _ embeddings: Matrix, store: UnsafeMutablePointer<Float>?, sink: Sink
    ) {
        let width = shape.hidden[layer]
        let inputs = shape.inputs(of: layer)
        let place = layout.layers[layer]
        let x = input(of: layer, embeddings)
        let d = gradients[layer].address
        let slices = slices[layer]
        workers.run(slices.pieces) { piece, slot in
            let columns = slices[piece]
            for first in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: Self.blockRows) {
                let count = min(Self.blockRows, columns.upperBound - first)
                let start = place.weight + first * inputs
                let part = store.map { $0 + start } ?? scratch[slot].address
                trainingKernels.product(
                    count, inputs, x.rows, d + first, 1, width, x.baseAddress, x.stride, part, inputs)
                sink(firstBlocks[layer] + first / Self.blockRows, start..<start + count * inputs, part)
            }
        }
    }

    /// The outputs of the layer before `layer`.
    package func input(of layer: Int, _ embeddings: Matrix) -> Matrix {
        guard layer > 0 else { return embeddings }
        return Matrix(outputs[layer - 1].address, rows: embeddings.rows, columns: shape.hidden[layer - 1])
    }

    private func makeMasks(_ words: RandomWords) {
        workers.run(maskPieces.count) { index in
            let piece = maskPieces[index]
            trainingKernels.dropout_mask(
                words.seed, words.stream, piece.word, piece.elements.count, dropout,
                masks[piece.layer].address + piece.elements.lowerBound)
        }
    }

    private func track(_ layer: Int, rows: Int, bias: UnsafePointer<Float>, _ weights: HeadWeights) {
        let width = shape.hidden[layer]
        let (mean, variance) = (moments[layer].address, moments[layer].address + width)
        let (runningMean, runningVariance) = (
            weights.runningMean(of: layer), weights.runningVariance(of: layer)
        )
        let momentum = Self.runningMomentum
        let unbiased = Float(rows) / Float(rows - 1)
        for column in 0..<width {
            runningMean[column] += momentum * (mean[column] + bias[column] - runningMean[column])
            runningVariance[column] += momentum * (variance[column] * unbiased - runningVariance[column])
        }
    }
}

/// A buffer of its own for each layer; arrays cannot hold buffers themselves.
package final class Activations {
    private let buffer: FloatBuffer
    package var address: UnsafeMutablePointer<Float> { buffer.baseAddress }

    package init(rows: Int, columns: Int) {
        buffer = FloatBuffer(count: rows * columns)
    }
}
