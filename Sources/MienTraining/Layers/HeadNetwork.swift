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
/// columns and all that follows for these, while they are in the cache. Pieces are cut by ``Slices``; results
/// do not depend on the number of workers. Nothing is allocated after `init`.
final class HeadNetwork {
    let shape: HeadShape
    let layout: ParameterLayout
    /// The largest number of rows in a batch.
    let capacity: Int

    /// How one pass runs.
    struct Pass {
        /// The parameters, in the layout of ``ParameterLayout``.
        var parameters: UnsafePointer<Float>
        /// The dropout masks' seed and stream; nil is no dropout.
        var dropout: RandomWords?
        /// Whose running statistics the pass updates; nil leaves them alone.
        var statistics: HeadWeights?
    }

    private let dropout: Double
    private let workers: Workers
    private let slices: [Slices]
    /// For each layer, capacity x width: normalised values, outputs, masks, gradients by outputs.
    private let normalized: [Activations]
    private let outputs: [Activations]
    private let masks: [Activations]
    private let gradients: [Activations]
    /// For each layer three rows: batch mean, batch variance, 1 / standard deviation.
    private let moments: [Activations]
    /// capacity x outputs.
    let logits: FloatBuffer

    /// The masks of all layers take one sequence of random words, the layers one after another. `word` is the
    /// first of a piece.
    private let maskPieces: [(layer: Int, elements: Range<Int>, word: Int)]

    private static let runningMomentum: Float = 0.1

    init(shape: HeadShape, capacity: Int, dropout: Double, workers: Workers) {
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
        moments = all(3)
        var pieces: [(layer: Int, elements: Range<Int>, word: Int)] = []
        var word = 0
        for (layer, width) in shape.hidden.enumerated() {
            let slices = Slices(count: capacity * width, least: 4096)
            for piece in 0..<slices.pieces {
                let elements = slices[piece]
                pieces.append((layer, elements, word + elements.lowerBound))
            }
            // The generator deals out its words in blocks of 64.
            word += (capacity * width + 63) / 64 * 64
        }
        maskPieces = pieces
        logits = FloatBuffer(count: capacity * shape.outputs)
    }

    /// Computes ``logits`` of `rows` x width `embeddings`, which must stay in place until ``backward``.
    func forward(_ embeddings: Matrix, _ pass: Pass) {
        let rows = embeddings.rows
        precondition((2...capacity).contains(rows) && embeddings.columns == shape.width)
        if let words = pass.dropout, dropout > 0 { makeMasks(words) }
        let isDropping = pass.dropout != nil && dropout > 0
        var x = embeddings
        for layer in shape.hidden.indices {
            let width = shape.hidden[layer]
            let place = layout.layers[layer]
            let slices = slices[layer]
            let (z, y) = (normalized[layer].address, outputs[layer].address)
            let mean = moments[layer].address
            let input = x
            workers.run(slices.pieces) { piece in
                let range = slices[piece]
                let first = range.lowerBound
                let weight = Matrix(
                    pass.parameters + place.weight + first * input.columns, rows: range.count,
                    columns: input.columns)
                multiply(
                    input, .asStored, weight, .transposed,
                    into: MutableMatrix(z + first, rows: rows, columns: range.count, stride: width))
                mien_norm_relu_forward(
                    rows, range.count, width, z + first, pass.parameters + place.normWeight + first,
                    pass.parameters + place.normBias + first, isDropping ? masks[layer].address + first : nil,
                    NormParameters.epsilon, mean + first, mean + width + first, mean + 2 * width + first,
                    y + first)
            }
            if let weights = pass.statistics {
                track(layer, rows: rows, bias: pass.parameters + place.bias, weights)
            }
            x = Matrix(y, rows: rows, columns: width)
        }
        let bias = pass.parameters + layout.outputBias
        for row in 0..<rows {
            (logits.baseAddress + row * shape.outputs).update(from: bias, count: shape.outputs)
        }
        multiply(
            x, .asStored, outputWeight(pass.parameters), .transposed, beta: 1,
            into: MutableMatrix(logits.baseAddress, rows: rows, columns: shape.outputs))
    }

    /// Computes the gradient by all parameters, for the pass of the last ``forward``, from that by the logits.
    func backward(
        _ embeddings: Matrix, logitGradient: Matrix, _ pass: Pass, gradient: UnsafeMutablePointer<Float>
    ) {
        let rows = embeddings.rows
        let last = shape.hidden.count - 1
        let scale = pass.dropout != nil && dropout > 0 ? Float(1 / (1 - dropout)) : 1
        multiply(
            logitGradient, .transposed, input(of: last + 1, embeddings), .asStored,
            into: MutableMatrix(
                gradient + layout.outputWeight, rows: shape.outputs, columns: shape.inputs(of: last + 1)))
        let biasGradient = gradient + layout.outputBias
        for output in 0..<shape.outputs {
            var sum: Float = 0
            for row in 0..<rows { sum += logitGradient.baseAddress[row * logitGradient.stride + output] }
            biasGradient[output] = sum
        }
        guard last >= 0 else { return }
        let slices = slices[last]
        workers.run(slices.pieces) { piece in
            passBack(
                logitGradient, through: outputWeight(pass.parameters), to: last, columns: slices[piece],
                scale: scale, pass, gradient)
        }
        for layer in shape.hidden.indices.reversed() {
            layerGradient(layer, embeddings, scale: scale, pass, gradient)
        }
    }

    /// The gradient by the weight of `layer`, and on to the layer before: both need the gradient by all of the
    /// layer's columns, neither needs the other, so their pieces run side by side.
    private func layerGradient(
        _ layer: Int, _ embeddings: Matrix, scale: Float, _ pass: Pass,
        _ gradient: UnsafeMutablePointer<Float>
    ) {
        let width = shape.hidden[layer]
        let place = layout.layers[layer]
        let x = input(of: layer, embeddings)
        let d = Matrix(gradients[layer].address, rows: x.rows, columns: width)
        let own = slices[layer]
        let before = layer > 0 ? slices[layer - 1] : nil
        let weight = Matrix(pass.parameters + place.weight, rows: width, columns: x.columns)
        workers.run(own.pieces + (before?.pieces ?? 0)) { piece in
            if let before, piece >= own.pieces {
                passBack(
                    d, through: weight, to: layer - 1, columns: before[piece - own.pieces], scale: scale,
                    pass,
                    gradient)
            } else {
                let range = own[piece]
                let columns = Matrix(
                    d.baseAddress + range.lowerBound, rows: d.rows, columns: range.count, stride: d.stride)
                multiply(
                    columns, .transposed, x, .asStored,
                    into: MutableMatrix(
                        gradient + place.weight + range.lowerBound * x.columns, rows: range.count,
                        columns: x.columns))
            }
        }
        // What the batch norm takes out again has no gradient.
        (gradient + place.bias).update(repeating: 0, count: width)
    }

    /// For some columns of `layer`'s outputs: the gradient by them is d W, and back through dropout, ReLU and
    /// batch norm it becomes that by the products before.
    private func passBack(
        _ d: Matrix, through weight: Matrix, to layer: Int, columns: Range<Int>, scale: Float, _ pass: Pass,
        _ gradient: UnsafeMutablePointer<Float>
    ) {
        let width = shape.hidden[layer]
        let first = columns.lowerBound
        let place = layout.layers[layer]
        let own = gradients[layer].address + first
        multiply(
            d, .asStored,
            Matrix(
                weight.baseAddress + first, rows: weight.rows, columns: columns.count, stride: weight.stride),
            .asStored, into: MutableMatrix(own, rows: d.rows, columns: columns.count, stride: width))
        mien_norm_relu_backward(
            d.rows, columns.count, width, outputs[layer].address + first, normalized[layer].address + first,
            pass.parameters + place.normWeight + first, moments[layer].address + 2 * width + first, scale,
            own,
            gradient + place.normWeight + first, gradient + place.normBias + first)
    }

    private func input(of layer: Int, _ embeddings: Matrix) -> Matrix {
        guard layer > 0 else { return embeddings }
        return Matrix(outputs[layer - 1].address, rows: embeddings.rows, columns: shape.hidden[layer - 1])
    }

    private func outputWeight(_ parameters: UnsafePointer<Float>) -> Matrix {
        Matrix(
            parameters + layout.outputWeight, rows: shape.outputs,
            columns: shape.inputs(of: shape.hidden.count))
    }

    private func makeMasks(_ words: RandomWords) {
        workers.run(maskPieces.count) { index in
            let piece = maskPieces[index]
            mien_dropout_mask(
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
private final class Activations {
    private let buffer: FloatBuffer
    var address: UnsafeMutablePointer<Float> { buffer.baseAddress }

    init(rows: Int, columns: Int) {
        buffer = FloatBuffer(count: rows * columns)
    }
}
