import Glibc
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
        throw .missingFile(folder: folder, expected: "model.safetensors or model.safetensors.index.json")
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

    /// Reads a tensor that must have `shape`.
    func floats(_ name: String, shape: [Int]) throws(CLIPError) -> FloatBuffer {
        let file = try file(name)
        do { return try file.floats(name, shape: shape) } catch { throw .tensor(error) }
    }

    /// Reads some rows of a tensor that must have `shape`.
    func floats(_ name: String, shape: [Int], rows: Range<Int>) throws(CLIPError) -> FloatBuffer {
        let file = try file(name)
        do {
            _ = try file.description(of: name, shape: shape)
            var buffer = FloatBuffer(count: rows.count * shape.dropFirst().reduce(1, *))
            var span = buffer.mutableSpan
            try file.floats(name, rows: rows, into: &span)
            return buffer
        } catch {
            throw .tensor(error)
        }
    }

    private func file(_ name: String) throws(CLIPError) -> SafetensorsFile {
        guard let file = files[name] else { throw .tensor(.missingTensor(path: path, tensor: name)) }
        return file
    }
}
