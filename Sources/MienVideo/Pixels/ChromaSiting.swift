import CFFmpeg

/// Where the chroma samples lie between the luma samples, in swscale's units: 256 to the luma sample.
struct ChromaSiting: Equatable {
    /// Nil where there is no subsampling in that direction, or swscale's own choice, the centre, is right.
    var x: Int32?
    var y: Int32?

    /// The stated place; otherwise the centre for JPEG's full range and the left for video, as MPEG-2,
    /// H.264 and HEVC define it.
    init(_ location: AVChromaLocation, layout: PixelLayout, isFullRange: Bool) {
        guard layout.isYUV else { return }
        let isLeft =
            switch location {
            case AVCHROMA_LOC_LEFT, AVCHROMA_LOC_TOPLEFT, AVCHROMA_LOC_BOTTOMLEFT: true
            case AVCHROMA_LOC_UNSPECIFIED: !isFullRange
            default: false
            }
        if layout.chromaShift.x > 0, isLeft { x = 0 }
        guard layout.chromaShift.y > 0 else { return }
        switch location {
        case AVCHROMA_LOC_TOP, AVCHROMA_LOC_TOPLEFT: y = 0
        case AVCHROMA_LOC_BOTTOM, AVCHROMA_LOC_BOTTOMLEFT: y = 256
        default: break
        }
    }
}
