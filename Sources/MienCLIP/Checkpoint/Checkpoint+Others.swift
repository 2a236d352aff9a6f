import FoundationEssentials
import MienSafetensors

// What people have in the place of a CLIP checkpoint, and the way out.

extension Checkpoint {
    /// What a folder without weights has instead, as the end of a sentence; nothing if that is not known.
    static func alternatives(in folder: String) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        func first(_ endings: String...) -> String? {
            names.first { name in endings.contains { name.lowercased().hasSuffix($0) } }
        }
        if names.contains("adapter_config.json") || names.contains("adapter_model.safetensors") {
            return "; it has an adapter: \(mergeAdapter)"
        }
        if names.contains("heads.safetensors") {
            return "; it has only \(joinHeads)"
        }
        if let name = first(".safetensors"), name.contains("-of-") {
            return "; it has \(name), a part of it without model.safetensors.index.json: download that too"
        }
        if let name = first(".safetensors") {
            return "; it has \(name): if that is the whole model, call it model.safetensors"
        }
        if let name = first(".bin", ".pt", ".pth", ".ckpt") {
            return "; it has \(name), weights of PyTorch: \(ForeignFile.convertPyTorch(name))"
        }
        if let name = first(".h5") {
            return "; it has \(name), \(ForeignFile.convert("TensorFlow", "from_tf"))"
        }
        if let name = first(".msgpack") {
            return "; it has \(name), \(ForeignFile.convert("Flax", "from_flax"))"
        }
        if let name = first(".onnx", ".gguf", ".tflite") {
            return "; it has \(name), of another engine: download the model's safetensors file"
        }
        return ""
    }

    /// What a checkpoint is that has no tensor of a vision transformer, as the end of a sentence.
    var kind: String {
        if names.contains(where: { $0.contains("lora_") }) {
            return "; it is an adapter: \(Self.mergeAdapter)"
        }
        if names.contains(where: { $0.hasPrefix("expression.") || $0.hasPrefix("au.") }) {
            return "; it holds \(Self.joinHeads)"
        }
        if names.contains(where: { $0.contains("text_model.") || $0.contains("text_projection") }) {
            return "; it holds a text encoder alone: take the model with its vision part"
        }
        return names.min().map { "; its tensors are called like \"\($0)\"" } ?? "; it holds no tensors"
    }

    private static let mergeAdapter =
        "merge it into its model with merge_and_unload() and save_pretrained() of Python's peft, and take that folder"
    static let joinHeads =
        "heads: 'mien model import [CLIP_DIR] --heads heads.safetensors -o DIR' joins them with an encoder"
}
