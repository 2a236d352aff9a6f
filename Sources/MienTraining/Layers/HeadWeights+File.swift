import MienHeads
import MienSafetensors
import MienTensor

extension HeadWeights {
    /// A tensor as files name it, and where it is.
    private struct Named {
        let name: String
        let shape: [Int]
        let address: UnsafeMutablePointer<Float>
    }

    private var named: [Named] {
        let parameters = layout.tensors.map {
            Named(name: $0.name, shape: $0.shape, address: self.parameters.baseAddress + $0.range.lowerBound)
        }
        let statistics = shape.hidden.indices.flatMap { layer in
            [
                Named(
                    name: "layers.\(layer).norm.running_mean", shape: [shape.hidden[layer]],
                    address: runningMean(of: layer)),
                Named(
                    name: "layers.\(layer).norm.running_var", shape: [shape.hidden[layer]],
                    address: runningVariance(of: layer)),
            ]
        }
        return parameters + statistics
    }

    /// Adds all tensors to `writer`, their names after `prefix`.
    package func add(to writer: inout SafetensorsWriter, prefix: String) {
        for tensor in named {
            let elements = UnsafeBufferPointer(start: tensor.address, count: tensor.shape.reduce(1, *))
            writer.add(name: prefix + tensor.name, shape: tensor.shape, floats: elements.span)
        }
    }

    /// Reads all tensors, their names after `prefix`.
    package func read(from file: SafetensorsFile, prefix: String) throws(TrainingError) {
        for tensor in named {
            let buffer = try wrapping { () throws(SafetensorsError) in
                try file.floats(prefix + tensor.name, shape: tensor.shape)
            }
            tensor.address.update(from: buffer.baseAddress, count: buffer.count)
        }
    }

    /// The same as parameters for inference.
    package var headParameters: HeadParameters {
        func buffer(_ name: String) -> FloatBuffer {
            guard let tensor = named.first(where: { $0.name == name }) else {
                preconditionFailure("a head has no tensor \(name)")
            }
            return FloatBuffer(UnsafeBufferPointer(start: tensor.address, count: tensor.shape.reduce(1, *)))
        }
        func linear(_ name: String, inputs: Int, outputs: Int) -> LinearParameters {
            LinearParameters(
                inputs: inputs, outputs: outputs, weight: buffer("\(name).weight"),
                bias: buffer("\(name).bias"))
        }
        let layers = shape.hidden.indices.map { layer in
            let name = "layers.\(layer)"
            let norm = NormParameters(
                weight: buffer("\(name).norm.weight"), bias: buffer("\(name).norm.bias"),
                runningMean: buffer("\(name).norm.running_mean"),
                runningVariance: buffer("\(name).norm.running_var"))
            let linear = linear(
                "\(name).linear", inputs: shape.inputs(of: layer), outputs: shape.hidden[layer])
            return (linear: linear, norm: norm)
        }
        let output = linear("output", inputs: shape.inputs(of: shape.hidden.count), outputs: shape.outputs)
        return HeadParameters(task: shape.task, layers: layers, output: output)
    }
}
