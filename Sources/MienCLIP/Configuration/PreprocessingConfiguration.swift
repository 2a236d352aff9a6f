import CKernels

/// How a picture becomes the encoder's input, as `preprocessor_config.json` states it.
///
/// Missing fields have the defaults of `transformers`, which are OpenAI's.
package struct PreprocessingConfiguration: Sendable, Equatable {
    /// How large a picture is made before the crop (`size`).
    package enum Size: Sendable, Equatable {
        /// Keeps the aspect ratio.
        case shortestEdge(Int)
        case exactly(width: Int, height: Int)
    }

    /// The convolution filter (`resample`), by PIL's number.
    package enum Filter: Int, Sendable {
        case bilinear = 2
        case bicubic = 3
    }

    /// Where the picture goes first; nil leaves it as it is (`do_resize`).
    package var size: Size? = .shortestEdge(224)
    package var filter = Filter.bicubic
    /// The side of the centre crop (`crop_size`); nil means none (`do_center_crop`).
    package var cropSize: Int? = 224
    /// What the 8-bit values are multiplied with (`rescale_factor`); nil means nothing (`do_rescale`).
    package var rescaleFactor: Double? = 1.0 / 255
    /// Subtracted from each channel, and what the difference is divided by; nil means neither
    /// (`do_normalize`).
    package var normalisation: Normalisation? = Normalisation()

    package struct Normalisation: Sendable, Equatable {
        package var mean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73]
        package var deviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]

        package init() {}
    }

    /// OpenAI's preprocessing for inputs of `side` pixels.
    package init(side: Int = 224) {
        size = .shortestEdge(side)
        cropSize = side
    }

    /// The side of the square that comes out, if one does.
    package var side: Int? {
        if let cropSize { return cropSize }
        guard case .exactly(let width, let height) = size, width == height else { return nil }
        return width
    }

    /// The encoder's input for each 8-bit value, by channel: (3, 256), rounded as `transformers` rounds.
    package var normalisationTable: [Float] {
        (0..<3).flatMap { channel in
            (0..<256).map { value in
                let scaled = Float(Double(value) * (rescaleFactor ?? 1))
                guard let normalisation else { return scaled }
                return (scaled - normalisation.mean[channel]) / normalisation.deviation[channel]
            }
        }
    }
}
