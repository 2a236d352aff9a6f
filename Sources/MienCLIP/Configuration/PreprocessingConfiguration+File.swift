extension PreprocessingConfiguration {
    /// Reads `preprocessor_config.json`, or the same fields under `image_processor` in
    /// `processor_config.json`, where newer releases of `transformers` put them; nil if there is neither.
    package init?(folder: String) throws(CLIPError) {
        guard let fields = try Self.fields(folder: folder) else { return nil }
        try self.init(fields: fields)
    }

    static func fields(folder: String) throws(CLIPError) -> JSONFile? {
        if let file = try JSONFile(path: "\(folder)/preprocessor_config.json") { return file }
        return try JSONFile(path: "\(folder)/processor_config.json")?.object("image_processor")
    }

    init(fields: JSONFile) throws(CLIPError) {
        self.init()
        if let size = try Self.size(fields) { self.size = size }
        if let side = try Self.cropSize(fields) { cropSize = side }
        if let number = try fields.integer("resample", in: 0...5) {
            guard let known = Filter(rawValue: number) else {
                throw fields.wrong("resample", "2 (bilinear) or 3 (bicubic)")
            }
            filter = known
        }
        rescaleFactor = try fields.positiveNumber("rescale_factor") ?? rescaleFactor
        var normalisation = Normalisation()
        if let mean = try Self.channels(fields, "image_mean") { normalisation.mean = mean }
        if let deviation = try Self.channels(fields, "image_std") {
            guard deviation.allSatisfy({ $0 > 0 }) else {
                throw fields.wrong("image_std", "three positive numbers")
            }
            normalisation.deviation = deviation
        }
        self.normalisation = normalisation

        if try fields.boolean("do_resize") == false { size = nil }
        if try fields.boolean("do_center_crop") == false { cropSize = nil }
        if try fields.boolean("do_rescale") == false { rescaleFactor = nil }
        if try fields.boolean("do_normalize") == false { self.normalisation = nil }
        guard side != nil else {
            throw fields.wrong("do_center_crop", "true unless \"size\" gives an equal height and width")
        }
    }

    private static let sides = 1...(1 << 14)

    /// An integer is the shortest edge; so it was written before sizes became objects.
    private static func size(_ fields: JSONFile) throws(CLIPError) -> Size? {
        let expected = "an integer, {shortest_edge} or {height, width}"
        switch fields["size"] {
        case nil:
            return nil
        case .number, .integer:
            return try fields.integer("size", in: sides).map(Size.shortestEdge)
        case .object:
            guard let object = try fields.object("size") else { return nil }
            switch object.keys {
            case ["shortest_edge"]:
                return try object.integer("shortest_edge", in: sides).map(Size.shortestEdge)
            case ["height", "width"]:
                guard let height = try object.integer("height", in: sides),
                    let width = try object.integer("width", in: sides)
                else { return nil }
                return .exactly(width: width, height: height)
            default:
                throw fields.wrong("size", expected)
            }
        default:
            throw fields.wrong("size", expected)
        }
    }

    private static func cropSize(_ fields: JSONFile) throws(CLIPError) -> Int? {
        switch fields["crop_size"] {
        case nil:
            return nil
        case .number, .integer:
            return try fields.integer("crop_size", in: sides)
        case .object:
            guard let object = try fields.object("crop_size"),
                let height = try object.integer("height", in: sides),
                let width = try object.integer("width", in: sides), width == height
            else { throw fields.wrong("crop_size", "an integer or an equal height and width") }
            return height
        default:
            throw fields.wrong("crop_size", "an integer or an equal height and width")
        }
    }

    /// Three numbers, or one for all three channels.
    static func channels(_ fields: JSONFile, _ key: String) throws(CLIPError) -> [Float]? {
        guard let value = fields[key] else { return nil }
        if let number = value.double { return [Float](repeating: Float(number), count: 3) }
        let numbers = value.elements?.map(\.double) ?? []
        guard numbers.count == 3, !numbers.contains(nil) else { throw fields.wrong(key, "three numbers") }
        return numbers.map { Float($0!) }
    }
}
