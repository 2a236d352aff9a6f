import MienSafetensors
import MienTensor

/// Reads the tensors of one head, with the checks that give a wrong file a clear message.
struct HeadReader {
    let file: SafetensorsFile
    let prefix: String

    func hasLayer(_ index: Int) -> Bool {
        file.tensors["\(prefix).layers.\(index).linear.weight"] != nil
    }

    /// Reads a Linear. `inputs` and `outputs` are what its shape must be, where they are known.
    func linear(
        _ name: String, inputs: Int?, outputs: Int? = nil, isFirst: Bool
    ) throws(HeadsError) -> LinearParameters {
        let weightName = "\(prefix).\(name).weight"
        let found = try wrap { () throws(SafetensorsError) in try file.description(of: weightName).shape }
        if isFirst, let width = inputs, found.count == 2, found[1] != width,
            outputs == nil || found[0] == outputs
        {
            throw .wrongWidth(path: file.path, tensor: weightName, found: found, width: width)
        }
        let shape = [outputs ?? found.first ?? 0, inputs ?? found.last ?? 0]
        let weight = try floats(weightName, shape: shape)
        let bias = try floats("\(prefix).\(name).bias", shape: [shape[0]])
        return LinearParameters(inputs: shape[1], outputs: shape[0], weight: weight, bias: bias)
    }

    func norm(_ name: String, width: Int) throws(HeadsError) -> NormParameters {
        let variance = try floats("\(prefix).\(name).running_var", shape: [width])
        for index in 0..<width where variance.baseAddress[index] < 0 {
            throw .badValue(
                path: file.path, tensor: "\(prefix).\(name).running_var", index: index,
                value: variance.baseAddress[index], expected: "a variance of 0 or more")
        }
        return NormParameters(
            weight: try floats("\(prefix).\(name).weight", shape: [width]),
            bias: try floats("\(prefix).\(name).bias", shape: [width]),
            runningMean: try floats("\(prefix).\(name).running_mean", shape: [width]),
            runningVariance: variance)
    }

    /// Refuses tensors that would be silently ignored: a fourth layer after a missing third, say.
    func checkNothingElse(layers: Int) throws(HeadsError) {
        // PyTorch counts the batches its running statistics have seen; no output depends on it.
        let parts = [
            "linear.weight", "linear.bias", "norm.weight", "norm.bias", "norm.running_mean",
            "norm.running_var", "norm.num_batches_tracked",
        ]
        var known: Set = ["\(prefix).output.weight", "\(prefix).output.bias"]
        for layer in 0..<layers {
            for part in parts { known.insert("\(prefix).layers.\(layer).\(part)") }
        }
        let unexpected = file.tensors.keys.filter { $0.hasPrefix("\(prefix).") && !known.contains($0) }.min()
        if let unexpected { throw .unexpectedTensor(path: file.path, tensor: unexpected) }
    }

    private func floats(_ name: String, shape: [Int]) throws(HeadsError) -> FloatBuffer {
        let buffer = try wrap { () throws(SafetensorsError) in try file.floats(name, shape: shape) }
        for index in 0..<buffer.count where !buffer.baseAddress[index].isFinite {
            throw .badValue(
                path: file.path, tensor: name, index: index, value: buffer.baseAddress[index],
                expected: "a finite number")
        }
        return buffer
    }

    private func wrap<Value: ~Copyable>(_ body: () throws(SafetensorsError) -> Value) throws(HeadsError)
        -> Value
    {
        do throws(SafetensorsError) {
            return try body()
        } catch {
            throw .tensor(error)
        }
    }
}
