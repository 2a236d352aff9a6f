import CFFmpeg

/// What a written video shares with the one it is made of.
package struct PictureFormat: Sendable {
    /// The size of an upright frame in pixels, which are square.
    package var width: Int
    package var height: Int
    /// The unit of timestamps in seconds.
    package var timeBase: Rational
    /// Frames per second: a hint for the encoder's rate control.
    package var frameRate: Rational?
    /// How the colours are coded.
    package var colour: EncodedColour

    package init(
        width: Int, height: Int, timeBase: Rational, frameRate: Rational? = nil,
        colour: EncodedColour = .standard(height: 0)
    ) {
        (self.width, self.height) = (width, height)
        (self.timeBase, self.frameRate) = (timeBase, frameRate)
        self.colour = colour
    }

    /// The format of a video like `properties`, with colours coded as `colour` says.
    init(_ properties: VideoProperties, colour: EncodedColour) {
        self.init(
            width: properties.width, height: properties.height, timeBase: properties.timeBase,
            frameRate: properties.averageFrameRate, colour: colour)
    }
}

/// The equation between RGB and a coded picture, and the tags that tell a player of it.
///
/// A copy of a video has the source's tags and is coded by the equation its frames were read with, so that what
/// was read one way is not written another. A source without tags is copied without: a player then guesses as it
/// does for the source.
package struct EncodedColour: Sendable {
    var interpretation: ColourInterpretation
    var primaries = AVCOL_PRI_UNSPECIFIED
    var transfer = AVCOL_TRC_UNSPECIFIED
    var space = AVCOL_SPC_UNSPECIFIED

    private init(_ interpretation: ColourInterpretation, space: AVColorSpace) {
        (self.interpretation, self.space) = (interpretation, space)
    }

    /// The colours of a video whose source is not YUV: BT.709 from 720 lines up, BT.601 below, and tagged so.
    package static func standard(height: Int) -> Self {
        let isLarge = height >= 720
        return Self(
            ColourInterpretation(
                matrix: isLarge ? .bt709 : .bt601, matrixIsAssumed: false, isFullRange: false,
                rangeIsAssumed: false), space: isLarge ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M)
    }

    /// The colours of a copy of `frame`, which were read as `interpretation` says.
    init(of frame: UnsafeMutablePointer<AVFrame>, interpretation: ColourInterpretation, height: Int) {
        let fields = frame.pointee
        if interpretation.highRange != nil, ToneMapper.isAvailable {
            self = .standard(height: .max)
            (primaries, transfer) = (AVCOL_PRI_BT709, AVCOL_TRC_BT709)
            return
        }
        if interpretation.matrix == .none {
            self = .standard(height: height)
        } else {
            // Where swscale lacks the stated equation, the tag is that of the one that stood in for it.
            let isReplaced = fields.colorspace != AVCOL_SPC_UNSPECIFIED && interpretation.matrixIsAssumed
            self.init(interpretation, space: isReplaced ? interpretation.matrix.tag : fields.colorspace)
        }
        primaries = fields.color_primaries
        transfer = fields.color_trc
    }

    var range: AVColorRange {
        interpretation.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    }
}

extension ColourInterpretation.Matrix {
    fileprivate var tag: AVColorSpace {
        switch self {
        case .bt601: AVCOL_SPC_SMPTE170M
        case .bt709: AVCOL_SPC_BT709
        case .fcc: AVCOL_SPC_FCC
        case .smpte240m: AVCOL_SPC_SMPTE240M
        case .bt2020: AVCOL_SPC_BT2020_NCL
        case .none: AVCOL_SPC_UNSPECIFIED
        }
    }
}
