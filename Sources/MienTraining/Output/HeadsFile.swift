import Foundation
import MienHeads
import MienSafetensors
import MienTensor

/// Writing `heads.safetensors`.
package enum HeadsFile {
    /// Writes `heads`, at most one for each task; a head for another task that the file already holds stays in it.
    package static func write(_ heads: [HeadParameters], to path: String) throws(TrainingError) {
        var all = heads
        if FileManager.default.fileExists(atPath: path) {
            let file = try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) }
            for task in HeadTask.allCases
            where !heads.contains(where: { $0.task == task }) && HeadParameters.exist(for: task, in: file) {
                let kept = try wrapping { () throws(HeadsError) in try HeadParameters(task: task, file: file)
                }
                if let width = heads.first?.width, kept.width != width {
                    throw .data(
                        path: path,
                        reason:
                            "its \(task.rawValue) head reads embeddings of \(kept.width) elements, the new one of "
                            + "\(width); write the new one to a file of its own")
                }
                all.append(kept)
            }
        }
        var writer = SafetensorsWriter(metadata: ["format": "pt"])
        for head in all { add(head, to: &writer) }
        do throws(SafetensorsError) {
            try writer.write(to: path)
        } catch {
            throw .tensor(error)
        }
    }

    private static func add(_ head: HeadParameters, to writer: inout SafetensorsWriter) {
        let prefix = head.task.rawValue
        func add(_ name: String, _ shape: [Int], _ buffer: borrowing FloatBuffer) {
            let elements = UnsafeBufferPointer(start: buffer.baseAddress, count: buffer.count)
            writer.add(name: "\(prefix).\(name)", shape: shape, floats: elements.span)
        }
        func add(_ name: String, _ linear: LinearParameters) {
            add("\(name).weight", [linear.outputs, linear.inputs], linear.weight)
            add("\(name).bias", [linear.outputs], linear.bias)
        }
        for (index, layer) in head.layers.enumerated() {
            let name = "layers.\(index)"
            add("\(name).linear", layer.linear)
            let width = [layer.linear.outputs]
            add("\(name).norm.weight", width, layer.norm.weight)
            add("\(name).norm.bias", width, layer.norm.bias)
            add("\(name).norm.running_mean", width, layer.norm.runningMean)
            add("\(name).norm.running_var", width, layer.norm.runningVariance)
        }
        add("output", head.output)
    }
}
