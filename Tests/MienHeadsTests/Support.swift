import Foundation
import MienHeads
import MienSafetensors
import MienTensor
import TestSupport

/// The path of a committed golden.
func golden(_ name: String) -> String {
    Bundle.module.resourceURL!.appendingPathComponent("Goldens/\(name).safetensors").path
}

/// The elements of a tensor as an array.
func array(_ buffer: borrowing FloatBuffer) -> [Float] {
    (0..<buffer.count).map { buffer.baseAddress[$0] }
}

/// The tensors of a small expression head of the given widths, all finite.
struct HeadTensors {
    var tensors: [String: (shape: [Int], values: [Float])] = [:]

    init(task: String = "expression", width: Int = 4, layers: Int = 2, outputs: Int = 8) {
        func add(_ name: String, _ shape: [Int], _ value: Float) {
            tensors["\(task).\(name)"] = (shape, Array(repeating: value, count: shape.reduce(1, *)))
        }
        for layer in 0..<layers {
            add("layers.\(layer).linear.weight", [width, width], 0.5)
            add("layers.\(layer).linear.bias", [width], 0.1)
            add("layers.\(layer).norm.weight", [width], 1)
            add("layers.\(layer).norm.bias", [width], 0)
            add("layers.\(layer).norm.running_mean", [width], 0)
            add("layers.\(layer).norm.running_var", [width], 1)
        }
        add("output.weight", [outputs, width], 0.25)
        add("output.bias", [outputs], 0)
    }

    func write(to folder: TemporaryFolder) throws -> String {
        var writer = SafetensorsWriter()
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let buffer = FloatBuffer(tensor.values)
            writer.add(name: name, shape: tensor.shape, floats: buffer.span)
        }
        let path = folder.path + "/heads.safetensors"
        try writer.write(to: path)
        return path
    }
}
