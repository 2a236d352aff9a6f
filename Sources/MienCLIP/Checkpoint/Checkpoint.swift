import Glibc
import MienSafetensors
import MienTensor

/// The tensors of a model folder, in one safetensors file or in several shards with an index.
struct Checkpoint {
    /// The file that stands for the whole: the only one, or the index.
    let path: String
    /// The file that holds each tensor.
    private let files: [String: SafetensorsFile]

    /// Opens `model.safetensors`, else the shards of `model.safetensors.index.json`, else the names that
    /// OpenCLIP gives its files.
    init(folder: String) throws(CLIPError) {
        let openCLIP = ["open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"]
        for name in ["model.safetensors"] + openCLIP {
            let path = "\(folder)/\(name)"
            if access(path, F_OK) == 0 {
                let file = try Self.open(path)
                self.init(path: path, files: file.tensors.mapValues { _ in file })
                return
            }
            if name == "model.safetensors", let index = try JSONFile(path: "\(path).index.json") {
                try self.init(index: index, folder: folder)
                return
            }
        }
        throw .missingFile(
            folder: folder,
            expected: "model.safetensors or model.safetensors.index.json" + Self.alternatives(in: folder))
    }

    private init(path: String, files: [String: SafetensorsFile]) {
        self.path = path
        self.files = files
    }

    private init(index: JSONFile, folder: String) throws(CLIPError) {
        guard let map = try index.object("weight_map") else { throw index.wrong("weight_map", "an object") }
        var shards: [String: SafetensorsFile] = [:]
        var files: [String: SafetensorsFile] = [:]
        for tensor in map.keys {
            guard let name = try map.string(tensor), !name.isEmpty, !name.contains("/") else {
                throw map.wrong(tensor, "the name of a file in the same folder")
            }
            if shards[name] == nil { shards[name] = try Self.open("\(folder)/\(name)") }
            guard let shard = shards[name], shard.tensors[tensor] != nil else {
                throw .tensor(.missingTensor(path: "\(folder)/\(name)", tensor: tensor))
            }
            files[tensor] = shard
        }
        self.init(path: index.path, files: files)
    }

    private static func open(_ path: String) throws(CLIPError) -> SafetensorsFile {
        do { return try SafetensorsFile(path: path) } catch { throw .tensor(error) }
    }

    /// What the weights' own header says beside the tensors.
    var metadata: [String: String] { files.values.first?.metadata ?? [:] }

    /// The names of all tensors.
    var names: some Collection<String> { files.keys }

    /// The shape of a tensor; nil if there is none of this name.
    func shape(_ name: String) -> [Int]? { files[name]?.tensors[name]?.shape }

    /// The element type of a tensor; nil if there is none of this name.
    func type(_ name: String) -> ElementType? { files[name]?.tensors[name]?.type }

    /// Reads an I8 tensor that must have `shape`.
    func signedBytes(_ name: String, shape: [Int]) throws(CLIPError) -> [Int8] {
        let file = try file(name)
        do { return try file.signedBytes(name, shape: shape) } catch { throw .tensor(error) }
    }

    /// Reads a tensor that must have `shape`, and finite elements.
    func floats(_ name: String, shape: [Int]) throws(CLIPError) -> FloatBuffer {
        let file = try file(name)
        let buffer: FloatBuffer
        do { buffer = try file.floats(name, shape: shape) } catch { throw .tensor(error) }
        try checkFinite(buffer, name, in: file)
        return buffer
    }

    /// Reads some rows of a tensor that must have `shape`.
    func floats(_ name: String, shape: [Int], rows: Range<Int>) throws(CLIPError) -> FloatBuffer {
        let file = try file(name)
        var buffer = FloatBuffer(count: rows.count * shape.dropFirst().reduce(1, *))
        do {
            _ = try file.description(of: name, shape: shape)
            var span = buffer.mutableSpan
            try file.floats(name, rows: rows, into: &span)
        } catch {
            throw .tensor(error)
        }
        try checkFinite(buffer, name, in: file)
        return buffer
    }

    private func checkFinite(
        _ buffer: borrowing FloatBuffer, _ name: String, in file: SafetensorsFile
    ) throws(CLIPError) {
        // Infinity and NaN are the numbers with all bits of the exponent set.
        let exponent = Float.infinity.bitPattern
        var isBroken = false
        for index in 0..<buffer.count
        where buffer.baseAddress[index].bitPattern & exponent == exponent { isBroken = true }
        guard isBroken, let index = (0..<buffer.count).first(where: { !buffer.baseAddress[$0].isFinite })
        else {
            return
        }
        throw .unsupported(
            path: file.path, tensor: name,
            reason:
                "element \(index) is \(buffer.baseAddress[index]): the weights are damaged, or of a training that "
                + "failed; expected finite numbers, as in another copy or an earlier checkpoint")
    }

    private func file(_ name: String) throws(CLIPError) -> SafetensorsFile {
        guard let file = files[name] else { throw .tensor(.missingTensor(path: path, tensor: name)) }
        return file
    }
}
