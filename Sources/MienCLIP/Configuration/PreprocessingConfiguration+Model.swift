extension PreprocessingConfiguration {
    /// The preprocessing of a model folder whose encoder takes squares of `imageSize` pixels: OpenAI's if the
    /// folder does not say.
    init(folder: String, imageSize: Int) throws(CLIPError) {
        if let fields = try Self.fields(folder: folder) {
            try self.init(fields: fields)
            guard side == imageSize else {
                throw fields.wrong(
                    cropSize == nil ? "size" : "crop_size", "\(imageSize), the image_size of config.json")
            }
            return
        }
        self.init(side: imageSize)
        if let fields = try JSONFile(path: "\(folder)/open_clip_config.json")?.object("preprocess_cfg") {
            if let mean = try Self.channels(fields, "mean") { normalisation?.mean = mean }
            if let deviation = try Self.channels(fields, "std") { normalisation?.deviation = deviation }
        }
    }
}
