import Foundation
import MienSafetensors

/// A copy of a golden's model folder to spoil, removed with the value.
final class TemporaryModel {
    let folder: String

    init(copyOf name: String = "quick-gelu-f32") throws {
        folder = NSTemporaryDirectory() + "mien-clip-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: Goldens.path(name), toPath: folder)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }

    func rename(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path(name), toPath: path(other))
    }

    func truncate(_ name: String, to count: Int) throws {
        let data = try Data(contentsOf: URL(filePath: path(name)))
        try data.prefix(count).write(to: URL(filePath: path(name)))
    }

    /// Changes one field of a JSON file; `nil` removes it.
    func set(_ key: String, _ value: Any?, in name: String) throws {
        let url = URL(filePath: path(name))
        var object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as! [String: Any]
        object[key] = value
        try JSONSerialization.data(withJSONObject: object).write(to: url)
    }

    /// Rewrites the weights: `rename` gets each tensor's name and shape and returns the new ones, or `nil` to
    /// leave it out; `change` may change its elements. The tensor called `doubles` becomes one of F64. Elements are cut off or filled up with zeros.
    func rewrite(
        _ file: String = "model.safetensors", asDoubles doubles: String? = nil,
        metadata: [String: String] = [:],
        adding added: [String] = [],
        _ rename: (String, [Int]) -> (name: String, shape: [Int])?,
        change: (String, inout [Float]) -> Void = { _, _ in }
    ) throws {
        let old = try SafetensorsFile(path: path(file))
        var writer = SafetensorsWriter(metadata: metadata)
        for name in added { writer.add(name: name, shape: [1], floats: [Float(1)].span) }
        for (name, tensor) in old.tensors {
            guard let (newName, shape) = rename(name, tensor.shape) else { continue }
            var elements = try old.floats(name).elements
            change(name, &elements)
            let count = shape.reduce(1, *)
            let padded = elements.prefix(count) + [Float](repeating: 0, count: max(0, count - elements.count))
            if name == doubles {
                writer.add(name: newName, shape: shape, doubles: padded.map(Double.init))
            } else {
                writer.add(name: newName, shape: shape, floats: padded.span)
            }
        }
        try writer.write(to: path(file))
    }
}
