import CKernels
import MienTensor

/// A layer of a network of this module: `activation(pointwise(gather(input)) + bias + skip)`.
///
/// `gather` is a 3 x 3 depthwise convolution, or a pixel's neighbourhood for a full convolution, or nothing. Input, skip and output are ``FeatureMap``s.
final class Convolution: @unchecked Sendable {
    /// What is added to the product before the activation.
    enum Skip {
        case none
        /// The map itself; channels it lacks count as zeros.
        case identity(FeatureMap)
        /// The map's maxima over 2 x 2 pixels, likewise.
        case maxPooled(FeatureMap)
    }

    /// What is done with the sums.
    enum Activation {
        case none
        case relu
        /// max(x, 0) + slope * min(x, 0), with a slope for each output.
        case prelu([Float])
    }

    /// The number of output channels, padded.
    let outputs: Int
    private let layer: mien_layer
    // What `layer` points into. Written in init only.
    private let depthwise: FloatBuffer
    private let weights: FloatBuffer
    private let bias: FloatBuffer
    private let slope: FloatBuffer

    /// - Parameters:
    ///   - weights: (outputs, inputs) of the product, not padded.
    ///   - depthwise: (9, inputs) weights and (inputs) biases of the depthwise convolution, not padded.
    ///   - patch: The side of the full convolution's neighbourhood; `inputs` then counts all of it.
    init(
        inputs: Int, outputs: Int, weights: [Float], bias: [Float],
        depthwise: (weights: [Float], bias: [Float])? = nil, patch: Int? = nil, stride: Int,
        activation: Activation
    ) {
        let paddedInputs = patch == nil ? paddedChannels(inputs) : inputs
        self.outputs = paddedChannels(outputs)
        let padded = FloatBuffer(
            Self.pad(
                weights, rows: outputs, columns: inputs, toRows: self.outputs, toColumns: paddedInputs))
        self.weights = FloatBuffer(count: padded.count)
        mien_layer_pack(
            padded.baseAddress, Int32(paddedInputs), Int32(self.outputs), self.weights.baseAddress)
        self.bias = FloatBuffer(
            Self.pad(bias, rows: 1, columns: outputs, toRows: 1, toColumns: self.outputs))
        self.depthwise = FloatBuffer(
            Self.pad(
                depthwise.map { $0.weights + $0.bias } ?? [], rows: depthwise == nil ? 0 : 10,
                columns: inputs, toRows: depthwise == nil ? 0 : 10, toColumns: paddedInputs))

        var (relu, slopes): (Bool, [Float]?) = (false, nil)
        switch activation {
        case .none: break
        case .relu: relu = true
        case .prelu(let values): slopes = values
        }
        slope = FloatBuffer(
            Self.pad(
                slopes ?? [], rows: slopes == nil ? 0 : 1, columns: outputs, toRows: slopes == nil ? 0 : 1,
                toColumns: self.outputs))

        let kernel = patch ?? (depthwise == nil ? 1 : 3)
        layer = mien_layer(
            gather: patch != nil
                ? MIEN_GATHER_PATCH : depthwise != nil ? MIEN_GATHER_DEPTHWISE : MIEN_GATHER_PIXEL,
            skip: MIEN_SKIP_NONE, relu: relu, kernel: Int32(kernel), stride: Int32(stride),
            // SAME padding of an even size: kernel - stride in all, the smaller half first.
            pad: Int32((kernel - stride) / 2), inputs: Int32(paddedInputs), outputs: Int32(self.outputs),
            depthwise: self.depthwise.baseAddress, weights: self.weights.baseAddress,
            bias: self.bias.baseAddress, slope: slopes == nil ? nil : slope.baseAddress)
    }

    /// The convolution at a network's entrance: `kernel` x `kernel` on RGB, stride 2, ReLU.
    convenience init(
        entrance name: String, outputs: Int, kernel: Int, of source: NetworkWeights
    ) throws(FaceError) {
        let (weight, bias) = try source.parameters(
            name, shape: [outputs, kernel, kernel, 3], biases: outputs)
        self.init(
            inputs: kernel * kernel * 3, outputs: outputs, weights: weight, bias: bias, patch: kernel,
            stride: 2, activation: .relu)
    }

    /// A separable convolution: `name`.depthwise (3 x 3, no activation), then `name`.pointwise, skip, ReLU.
    convenience init(
        separable name: String, inputs: Int, outputs: Int, stride: Int, of source: NetworkWeights
    ) throws(FaceError) {
        let depthwise = try source.parameters(
            name + ".depthwise", shape: [3, 3, inputs], biases: inputs)
        let pointwise = try source.parameters(
            name + ".pointwise", shape: [outputs, inputs], biases: outputs)
        self.init(
            inputs: inputs, outputs: outputs, weights: pointwise.weight, bias: pointwise.bias,
            depthwise: (depthwise.weight, depthwise.bias), stride: stride,
            activation: .relu)
    }

    /// One or more 1 x 1 convolutions of the same input, their outputs one after the other.
    convenience init(
        pointwise parts: [(name: String, outputs: Int)], inputs: Int, relu: Bool,
        of source: NetworkWeights
    ) throws(FaceError) {
        var weights: [Float] = []
        var biases: [Float] = []
        for part in parts {
            let (weight, bias) = try source.parameters(
                part.name, shape: [part.outputs, inputs], biases: part.outputs)
            weights += weight
            biases += bias
        }
        self.init(
            inputs: inputs, outputs: biases.count, weights: weights, bias: biases, stride: 1,
            activation: relu ? .relu : .none)
    }

    /// Fills `output`, whose size is the input's divided by the stride.
    func callAsFunction(
        _ input: FeatureMap, skip: Skip = .none, into output: FeatureMap, workers: Workers
    ) {
        let stride = Int(layer.stride)
        precondition(
            input.width == output.width * stride && input.height == output.height * stride
                && output.channels == outputs, "the maps do not fit the layer")
        var layer = layer
        var skipMap = output.kernelView
        switch skip {
        case .none: break
        case .identity(let map):
            precondition(map.width == output.width && map.height == output.height)
            (layer.skip, skipMap) = (MIEN_SKIP_SAME, map.kernelView)
        case .maxPooled(let map):
            precondition(map.width == 2 * output.width && map.height == 2 * output.height)
            (layer.skip, skipMap) = (MIEN_SKIP_POOLED, map.kernelView)
        }
        run(layer, input.kernelView, skipMap, output.kernelView, workers: workers)
    }

    private func run(
        _ layer: mien_layer, _ input: mien_map, _ skip: mien_map, _ output: mien_map, workers: Workers
    ) {
        let pixels = Int(output.width) * Int(output.height)
        let operations = pixels * Int(layer.inputs) * Int(layer.outputs)
        // Waking another thread costs about as much as a small layer.
        let pieces = operations < 2_000_000 ? 1 : min(workers.count, pixels)
        let kernels = mien_conv_kernels_for(mien_isa_default()).pointee
        workers.run(pieces) { piece in
            withUnsafePointers(layer, input, skip, output) { layer, input, skip, output in
                kernels.run_layer(
                    layer, input, skip, output, Int32(pixels * piece / pieces),
                    Int32(pixels * (piece + 1) / pieces))
            }
        }
    }

    /// A row-major matrix with zeros appended to its rows and columns.
    private static func pad(
        _ matrix: [Float], rows: Int, columns: Int, toRows: Int, toColumns: Int
    ) -> [Float] {
        precondition(matrix.count == rows * columns, "\(matrix.count) elements, not \(rows) x \(columns)")
        var result = [Float](repeating: 0, count: toRows * toColumns)
        for row in 0..<rows {
            for column in 0..<columns {
                result[row * toColumns + column] = matrix[row * columns + column]
            }
        }
        return result
    }
}

private func withUnsafePointers(
    _ layer: mien_layer, _ input: mien_map, _ skip: mien_map, _ output: mien_map,
    _ body: (
        UnsafePointer<mien_layer>, UnsafePointer<mien_map>, UnsafePointer<mien_map>,
        UnsafePointer<mien_map>
    ) -> Void
) {
    withUnsafePointer(to: layer) { layer in
        withUnsafePointer(to: input) { input in
            withUnsafePointer(to: skip) { skip in
                withUnsafePointer(to: output) { body(layer, input, skip, $0) }
            }
        }
    }
}
