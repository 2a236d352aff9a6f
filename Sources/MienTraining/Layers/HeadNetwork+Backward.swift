import CKernels
import MienHeads
import MienTensor

extension HeadNetwork {
    /// Computes the gradient by all parameters, for the pass of the last ``forward(rows:_:)``, from that by the
    /// logits.
    ///
    /// What is small (biases, batch norms, the output layer) goes to `gradient`, in the parameters' layout. What is
    /// large, the hidden layers' weights, goes to `sink` part by part, and to `gradient` if `keepsWeights`.
    package func backward(
        _ embeddings: Matrix, logitGradient: UnsafePointer<Float>, _ pass: Pass,
        gradient: UnsafeMutablePointer<Float>, keepsWeights: Bool, sink: Sink
    ) {
        let last = shape.hidden.count
        outputGradient(input(of: last, embeddings), logitGradient, gradient)
        let scale = pass.dropout != nil && dropout > 0 ? Float(1 / (1 - dropout)) : 1
        for layer in shape.hidden.indices.reversed() {
            // First on to the layer below, which reads the weights of the one above, and only then the gradient by
            // those: whoever takes it may change them.
            let slices = slices[layer]
            workers.run(slices.pieces) { piece in
                passBack(
                    to: layer, columns: slices[piece], rows: embeddings.rows,
                    layer + 1 == last ? logitGradient : UnsafePointer(gradients[layer + 1].address),
                    scale: scale, pass, gradient)
            }
            if layer + 1 < last {
                weightGradient(layer + 1, embeddings, store: keepsWeights ? gradient : nil, sink: sink)
            }
            // What the batch norm takes out again has no gradient.
            (gradient + layout.layers[layer].bias).update(repeating: 0, count: shape.hidden[layer])
        }
        if last > 0 { weightGradient(0, embeddings, store: keepsWeights ? gradient : nil, sink: sink) }
    }

    private func outputGradient(
        _ x: Matrix, _ logitGradient: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
    ) {
        trainingKernels.product(
            shape.outputs, x.columns, x.rows, logitGradient, 1, shape.outputs, x.baseAddress, x.stride,
            gradient + layout.outputWeight, x.columns)
        for output in 0..<shape.outputs {
            var sum: Float = 0
            for row in 0..<x.rows { sum += logitGradient[row * shape.outputs + output] }
            gradient[layout.outputBias + output] = sum
        }
    }

    /// For some columns of `layer`'s outputs: the gradient by them is d W with the layer above's d and W, and back
    /// through dropout, ReLU and batch norm it becomes that by the products before.
    private func passBack(
        to layer: Int, columns: Range<Int>, rows: Int, _ d: UnsafePointer<Float>, scale: Float, _ pass: Pass,
        _ gradient: UnsafeMutablePointer<Float>
    ) {
        let width = shape.hidden[layer]
        let isTop = layer + 1 == shape.hidden.count
        let above = isTop ? shape.outputs : shape.hidden[layer + 1]
        let weight = pass.parameters + (isTop ? layout.outputWeight : layout.layers[layer + 1].weight)
        let first = columns.lowerBound
        let place = layout.layers[layer]
        let own = gradients[layer].address + first
        trainingKernels.product(rows, columns.count, above, d, above, 1, weight + first, width, own, width)
        trainingKernels.norm_relu_backward(
            rows, columns.count, width, outputs[layer].address + first, normalized[layer].address + first,
            pass.parameters + place.normWeight + first, moments[layer].address + 2 * width + first, scale,
            own,
            gradient + place.normWeight + first, gradient + place.normBias + first)
    }
}
