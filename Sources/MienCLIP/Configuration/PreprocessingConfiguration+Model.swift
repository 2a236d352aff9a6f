extension PreprocessingConfiguration {
    /// The preprocessing of a model folder whose encoder takes squares of `imageSize` pixels: OpenAI's if the
    /// folder does not say.
    init(folder: String, imageSize: Int) throws(CLIPError) {
        if let stated = try PreprocessingConfiguration(folder: folder) {
            self = stated
        } else {
            self.init(side: imageSize)
            if let fields = try JSONFile(path: "\(folder)/open_clip_config.json")?.object("preprocess_cfg") {
                if let mean = try Self.channels(fields, "mean") { normalisation?.mean = mean }
                if let deviation = try Self.channels(fields, "std") { normalisation?.deviation = deviation }
            }
        }
        guard side == imageSize else {
            throw .wrongValue(
                path: "\(folder)/preprocessor_config.json", key: cropSize == nil ? "size" : "crop_size",
                found: side.map { "\($0)" } ?? "not square",
                expected: "\(imageSize), the image_size of config.json")
        }
    }
}
