import MienSafetensors
import MienTensor

/// One fully connected layer as a file holds it: `weight` is (outputs, inputs).
package final class LinearParameters: Sendable {
    package let inputs: Int
    package let outputs: Int
    package let weight: FloatBuffer
    package let bias: FloatBuffer

    package init(inputs: Int, outputs: Int, weight: consuming FloatBuffer, bias: consuming FloatBuffer) {
        precondition(weight.count == inputs * outputs && bias.count == outputs)
        self.inputs = inputs
        self.outputs = outputs
        self.weight = weight
        self.bias = bias
    }
}

/// Batch normalisation as a file holds it: y = (x - mean) / sqrt(variance + epsilon) * weight + bias.
package final class NormParameters: Sendable {
    package static let epsilon: Float = 1e-5

    package let weight: FloatBuffer
    package let bias: FloatBuffer
    package let runningMean: FloatBuffer
    package let runningVariance: FloatBuffer

    package init(
        weight: consuming FloatBuffer, bias: consuming FloatBuffer, runningMean: consuming FloatBuffer,
        runningVariance: consuming FloatBuffer
    ) {
        self.weight = weight
        self.bias = bias
        self.runningMean = runningMean
        self.runningVariance = runningVariance
    }
}

/// The tensors of one head, read and checked: any number of [Linear, batch norm] layers, then a Linear.
package final class HeadParameters: Sendable {
    package let task: HeadTask
    /// The width of the embeddings.
    package let width: Int
    package let layers: [(linear: LinearParameters, norm: NormParameters)]
    package let output: LinearParameters

    /// Creates a head from parameters in memory, whose widths must fit each other.
    package init(
        task: HeadTask, layers: [(linear: LinearParameters, norm: NormParameters)], output: LinearParameters
    ) {
        let linears = layers.map(\.linear) + [output]
        for (previous, next) in zip(linears, linears.dropFirst()) {
            precondition(
                previous.outputs == next.inputs, "\(previous.outputs) outputs, \(next.inputs) inputs")
        }
        precondition(output.outputs == task.outputs, "\(task) has \(task.outputs) outputs")
        self.task = task
        self.layers = layers
        self.output = output
        width = linears[0].inputs
    }

    /// Whether `file` has this head.
    package static func exist(for task: HeadTask, in file: SafetensorsFile) -> Bool {
        file.tensors.keys.contains { $0.hasPrefix("\(task.rawValue).") }
    }

    /// Reads the head for `task` from `file`.
    ///
    /// - Parameter width: What the width of the embeddings must be; nil takes any.
    package init(task: HeadTask, file: SafetensorsFile, width: Int? = nil) throws(HeadsError) {
        self.task = task
        let reader = HeadReader(file: file, prefix: task.rawValue)
        var layers: [(linear: LinearParameters, norm: NormParameters)] = []
        var inputs = width
        var first: Int?
        while reader.hasLayer(layers.count) {
            let name = "layers.\(layers.count)"
            let linear = try reader.linear("\(name).linear", inputs: inputs, isFirst: layers.isEmpty)
            layers.append((linear, try reader.norm("\(name).norm", width: linear.outputs)))
            first = first ?? linear.inputs
            inputs = linear.outputs
        }
        output = try reader.linear("output", inputs: inputs, outputs: task.outputs, isFirst: layers.isEmpty)
        self.layers = layers
        self.width = first ?? output.inputs
        try reader.checkNothingElse(layers: layers.count)
    }
}
