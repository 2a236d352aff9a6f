// Checkpoints that would load and give wrong embeddings.

extension VisionCheckpoint {
    /// Refuses relatives of CLIP that would otherwise load and give wrong embeddings.
    static func checkArchitecture(
        _ checkpoint: Checkpoint, _ names: CheckpointNames
    ) throws(CLIPError) {
        let relatives = [
            ("\(names.block(0))ls_1.gamma", "layer scale is not part of CLIP's vision transformer"),
            ("\(names.prefix)attn_pool.query", "attention pooling is not part of CLIP's vision transformer"),
        ]
        for (tensor, reason) in relatives where checkpoint.shape(tensor) != nil {
            throw .unsupported(path: checkpoint.path, tensor: tensor, reason: reason)
        }
    }

    /// Refuses a configuration that belongs to other weights, of which some would otherwise be left out.
    static func check(
        _ configuration: VisionConfiguration, against checkpoint: Checkpoint, _ names: CheckpointNames,
        folder: String
    ) throws(CLIPError) {
        func check(_ key: String, _ stated: Int, _ found: Int) throws(CLIPError) {
            guard stated != found else { return }
            throw .wrongValue(
                path: "\(folder)/config.json", key: key, found: "\(stated)",
                expected: "\(found), as the weights have: the file belongs to another model")
        }
        if let kernel = checkpoint.shape(names.patchEmbedding), kernel.count == 4, kernel[2] == kernel[3] {
            try check("hidden_size", configuration.width, kernel[0])
            try check("patch_size", configuration.patchSize, kernel[2])
        }
        let stem = String(names.block(0).dropLast("0.".utf8.count))
        let layers = checkpoint.names.lazy.filter { $0.hasPrefix(stem) }.compactMap {
            Int($0.dropFirst(stem.utf8.count).prefix { $0 != "." })
        }
        try check("num_hidden_layers", configuration.layerCount, (layers.max() ?? -1) + 1)
    }
}
