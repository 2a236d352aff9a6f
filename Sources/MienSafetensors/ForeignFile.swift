/// What stands in the place of a file of weights or settings that was never really downloaded, or is of another kind.
package enum ForeignFile {
    /// Says what a file is, and the way out, by its first bytes; nil if they are of no kind that is known.
    package static func description(of file: UnsafeRawBufferPointer) -> String? {
        let kinds: [([UInt8], String)] = [
            (
                Array("version https://git-lfs".utf8),
                "a Git LFS pointer, which stands for the file: run 'git lfs pull' in its repository, or download it"
            ),
            (
                [0x50, 0x4B, 3, 4],
                "a zip file, as PyTorch's .bin, .pt and .ckpt are: \(convertPyTorch())"
            ),
            ([0x80, 2], "a pickle of Python, as PyTorch's older files are: \(convertPyTorch())"),
            ([0x1F, 0x8B], "compressed with gzip: unpack it with gunzip"),
            ([0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard: unpack it with unzstd"),
            ([0xFD, 0x37, 0x7A, 0x58], "compressed with xz: unpack it with unxz"),
            ([0x89, 0x48, 0x44, 0x46], "an HDF5 file, \(convert("TensorFlow", "from_tf"))"),
            (Array("GGUF".utf8), "a GGUF file: download the model's safetensors file"),
        ]
        if let (_, kind) = kinds.first(where: { file.starts(with: $0.0) }) { return kind }
        let start = file.prefix(256)
        let text = start.drop { " \t\r\n".utf8.contains($0) }
        if text.first == UInt8(ascii: "<") {
            return
                "a web page, as a server sends in the place of a file that needs a login or is gone: download it again"
        }
        guard !start.isEmpty, start.allSatisfy({ 0x20...0x7E ~= $0 || 9...13 ~= $0 }) else { return nil }
        return "text, \"\(String(decoding: text.prefix(60), as: UTF8.self))\": download the file again"
    }

    /// How PyTorch's weights become safetensors.
    package static func convertPyTorch(_ name: String = "pytorch_model.bin") -> String {
        "convert it once: python3 -c \"import torch, safetensors.torch as s; s.save_file({k: v.clone() for k, v in "
            + "torch.load('\(name)', weights_only=True).items()}, 'model.safetensors')\""
    }

    /// How weights of another framework become safetensors.
    package static func convert(_ framework: String, _ option: String) -> String {
        "weights for \(framework); convert them once: python3 -c \"from transformers import CLIPModel as M; "
            + "M.from_pretrained('.', \(option)=True).save_pretrained('.')\""
    }
}
