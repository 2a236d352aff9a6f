import MienTensor

/// What the tensors of an OpenAI or OpenCLIP checkpoint do not show: the kind of GELU, and the width of heads.
struct HiddenShape {
    var activation = Activation.quickGELU
    var headWidth = 64
    /// What was assumed, as a sentence; nil if all of it is known.
    var assumption: String?

    /// Takes it from OpenCLIP's `open_clip_config.json`, from what the weights say of themselves (`quick_gelu` and
    /// `head_width` in their header), or from the tensors that only OpenAI's own files have; else assumes it by size
    /// and name.
    init(_ checkpoint: Checkpoint, width: Int, folder: String) throws(CLIPError) {
        let settings = "\(folder)/open_clip_config.json"
        if let model = try JSONFile(path: settings)?.object("model_cfg") {
            activation = try model.boolean("quick_gelu") == true ? .quickGELU : .gelu
            headWidth = try model.object("vision_cfg")?.integer("head_width", in: 1...256) ?? headWidth
            return
        }
        // OpenAI's files carry the sizes of the text model as tensors.
        let isOpenAI = ["input_resolution", "context_length", "vocab_size"].allSatisfy { name in
            checkpoint.names.contains { $0 == name || $0.hasSuffix(".\(name)") }
        }
        if isOpenAI { return }
        let statedGELU = ["true": Activation.quickGELU, "false": .gelu][
            checkpoint.metadata["quick_gelu"] ?? ""]
        let statedWidth = checkpoint.metadata["head_width"].flatMap { Int($0) }.flatMap {
            (1...256).contains($0) ? $0 : nil
        }
        // H, g and bigG of OpenCLIP. OpenAI has none of their sizes, nor their GELU.
        let known = [1280: 80, 1408: 88, 1664: 104][width]
        let isOpenCLIP = known != nil || checkpoint.path.contains("/open_clip")
        activation = statedGELU ?? (isOpenCLIP ? .gelu : .quickGELU)
        headWidth = statedWidth ?? known ?? headWidth
        var assumed: [String] = []
        if statedGELU == nil { assumed.append(activation == .gelu ? "GELU" : "QuickGELU") }
        if statedWidth == nil { assumed.append("attention heads \(headWidth) wide") }
        guard !assumed.isEmpty else { return }
        assumption =
            "\(checkpoint.path): the weights do not say how they are used; \(assumed.joined(separator: " and ")) "
            + "are assumed, which OpenCLIP's open_clip_config.json beside them (quick_gelu, head_width) would settle"
    }
}
