import CFFmpeg

extension ColourInterpretation {
    /// The reading of `frame`, whose codec is `codec`.
    init(of frame: UnsafeMutablePointer<AVFrame>, codec: AVCodecID) {
        let fields = frame.pointee
        let layout = PixelLayout(AVPixelFormat(rawValue: fields.format))
        let range = Self.range(fields.color_range, layout: layout)
        let matrix =
            layout.isYUV
            ? Self.matrix(
                fields.colorspace, primaries: fields.color_primaries, height: Int(fields.height),
                isPicture: codec == AV_CODEC_ID_WEBP || codec == AV_CODEC_ID_MJPEG || codec == AV_CODEC_ID_VP8
            )
            : (.none, false)
        self.init(
            matrix: matrix.0, matrixIsAssumed: matrix.1, isFullRange: range.isFull,
            rangeIsAssumed: range.isAssumed, highRange: HighRange(fields.color_trc))
    }

    private static func range(
        _ range: AVColorRange, layout: PixelLayout
    ) -> (isFull: Bool, isAssumed: Bool) {
        // The "yuvj" formats are full range by definition, whatever the tag.
        if layout.isRGB || layout.isJPEG { return (true, false) }
        switch range {
        case AVCOL_RANGE_JPEG: return (true, false)
        case AVCOL_RANGE_MPEG: return (false, false)
        // FFmpeg's own grey formats are full range unless tagged.
        default: return (layout.isGrey, true)
        }
    }

    private static func matrix(
        _ space: AVColorSpace, primaries: AVColorPrimaries, height: Int, isPicture: Bool
    ) -> (Matrix, Bool) {
        switch space {
        case AVCOL_SPC_BT709: return (.bt709, false)
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: return (.bt601, false)
        case AVCOL_SPC_FCC: return (.fcc, false)
        case AVCOL_SPC_SMPTE240M: return (.smpte240m, false)
        case AVCOL_SPC_BT2020_NCL: return (.bt2020, false)
        // Close to it, and the nearest that swscale has.
        case AVCOL_SPC_BT2020_CL: return (.bt2020, true)
        default: break
        }
        // VP8 and the picture formats define BT.601 for every size.
        if isPicture { return (.bt601, true) }
        switch primaries {
        case AVCOL_PRI_BT709: return (.bt709, true)
        case AVCOL_PRI_BT2020: return (.bt2020, true)
        default: return (height >= 720 ? .bt709 : .bt601, true)
        }
    }

    /// swscale's number for the matrix.
    var coefficients: UnsafePointer<Int32> {
        let space =
            switch matrix {
            case .bt601, .none: SWS_CS_ITU601
            case .bt709: SWS_CS_ITU709
            case .fcc: SWS_CS_FCC
            case .smpte240m: SWS_CS_SMPTE240M
            case .bt2020: SWS_CS_BT2020
            }
        return sws_getCoefficients(space)
    }
}

extension ColourInterpretation.HighRange {
    fileprivate init?(_ transfer: AVColorTransferCharacteristic) {
        switch transfer {
        case AVCOL_TRC_SMPTE2084: self = .pq
        case AVCOL_TRC_ARIB_STD_B67: self = .hlg
        default: return nil
        }
    }
}

/// What a pixel format is made of.
struct PixelLayout {
    let isRGB: Bool
    let isGrey: Bool
    let isJPEG: Bool
    let hasAlpha: Bool
    /// The binary logarithms of the chroma subsampling.
    let chromaShift: (x: Int, y: Int)
    /// FFmpeg's name of the format.
    let name: String

    init(_ format: AVPixelFormat) {
        guard let description = av_pix_fmt_desc_get(format) else {
            (isRGB, isGrey, isJPEG, hasAlpha) = (true, false, false, false)
            chromaShift = (0, 0)
            name = "unknown"
            return
        }
        let flags = Int32(description.pointee.flags)
        isRGB = flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
        isGrey = !isRGB && description.pointee.nb_components <= 2
        hasAlpha = flags & AV_PIX_FMT_FLAG_ALPHA != 0
        chromaShift = (Int(description.pointee.log2_chroma_w), Int(description.pointee.log2_chroma_h))
        name = String(cString: description.pointee.name)
        isJPEG = name.hasPrefix("yuvj")
    }

    var isYUV: Bool { !isRGB && !isGrey }
}
