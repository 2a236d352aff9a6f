import MienHeads

/// The widths of a head: embeddings of `width`, hidden layers, outputs.
package struct HeadShape: Sendable, Equatable {
    package var task: HeadTask
    package var width: Int
    package var hidden: [Int]

    /// The published shape: three hidden layers as wide as the embeddings.
    package init(task: HeadTask, width: Int, hidden: [Int]? = nil) {
        self.task = task
        self.width = width
        self.hidden = hidden ?? [width, width, width]
    }

    package var outputs: Int { task.outputs }

    /// The inputs of hidden layer `layer`, or of the output layer.
    package func inputs(of layer: Int) -> Int { layer == 0 ? width : hidden[layer - 1] }
}

/// Where each parameter of a head lies in one flat buffer.
///
/// One buffer makes the optimiser one loop, and a gradient, a moment or a perturbed copy is a second buffer of
/// the same layout. Every tensor starts at a multiple of 16 elements; what lies between stays zero.
package struct ParameterLayout: Sendable, Equatable {
    package struct Tensor: Sendable, Equatable {
        package let name: String
        package let shape: [Int]
        package let range: Range<Int>
    }

    package struct Layer: Sendable, Equatable {
        package let weight: Int
        package let bias: Int
        package let normWeight: Int
        package let normBias: Int
    }

    /// In PyTorch's order of parameters.
    package let tensors: [Tensor]
    package let layers: [Layer]
    package let outputWeight: Int
    package let outputBias: Int
    package let count: Int
    /// Everything but the hidden layers' weights: for each layer what follows its weight, then the output layer.
    package let smallRanges: [Range<Int>]

    package init(_ shape: HeadShape) {
        var tensors: [Tensor] = []
        var position = 0
        func add(_ name: String, _ extents: [Int]) -> Int {
            let start = position
            let count = extents.reduce(1, *)
            tensors.append(Tensor(name: name, shape: extents, range: start..<start + count))
            position = (start + count + 15) / 16 * 16
            return start
        }
        layers = shape.hidden.indices.map { layer in
            let outputs = shape.hidden[layer]
            return Layer(
                weight: add("layers.\(layer).linear.weight", [outputs, shape.inputs(of: layer)]),
                bias: add("layers.\(layer).linear.bias", [outputs]),
                normWeight: add("layers.\(layer).norm.weight", [outputs]),
                normBias: add("layers.\(layer).norm.bias", [outputs]))
        }
        outputWeight = add("output.weight", [shape.outputs, shape.inputs(of: shape.hidden.count)])
        outputBias = add("output.bias", [shape.outputs])
        self.tensors = tensors
        count = position
        let starts = layers.map(\.weight).dropFirst() + [outputWeight]
        smallRanges = zip(layers, starts).map { $0.bias..<$1 } + [outputWeight..<position]
    }

    /// The tensor that element `index` belongs to.
    package func tensor(at index: Int) -> Tensor? { tensors.first { $0.range.contains(index) } }
}
