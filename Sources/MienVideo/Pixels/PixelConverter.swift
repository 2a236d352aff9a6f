import CFFmpeg
import MienImage

/// Turns decoded frames into upright 8-bit RGB images: the usual ones with a kernel (``PlanarYUV``), all others
/// with swscale.
///
/// Pixels that are no squares are made so on the way, by swscale.
///
/// swscale looks at none of a frame's colour fields, so range, matrix and chroma siting are set here, and a
/// change of any of them, or of size, format or orientation, builds a new context. YUV goes by way of planar
/// RGB: swscale has vector code for accurate planar output only, and the pass that interleaves the planes
/// also turns the picture and puts transparent ones on black.
final class PixelConverter {
    private var setup: Setup?
    private var scaler: OpaquePointer?
    private var planar: PlanarYUV?
    private var scratch = Frame()
    private var pool = ImagePool()
    private var toneMapper: ToneMapper?
    /// Why high dynamic range was left as it is, if it was.
    private(set) var warnings: [String] = []
    private let codec: AVCodecID
    private let input: String

    init(codec: AVCodecID, input: String) {
        self.codec = codec
        self.input = input
    }

    deinit { sws_freeContext(scaler) }

    /// Everything a context depends on.
    private struct Setup: Equatable {
        var width: Int32
        var height: Int32
        var format: Int32
        var colour: ColourInterpretation
        var siting: AVChromaLocation
        /// The size with square pixels.
        var target: PictureSize
        var isScaled: Bool { target != PictureSize(width: Int(width), height: Int(height)) }
    }

    /// The picture of `frame`, shown as `geometry` says.
    func image(
        of frame: UnsafeMutablePointer<AVFrame>, geometry: DisplayGeometry
    ) throws(VideoError) -> Image {
        let frame = toneMapped(frame)
        let fields = frame.pointee
        let wanted = Setup(
            width: fields.width, height: fields.height, format: fields.format,
            colour: ColourInterpretation(of: frame, codec: codec), siting: fields.chroma_location,
            target: geometry.square)
        if wanted != setup { try build(wanted) }

        let orientation = geometry.orientation
        let image = pool.image(width: geometry.size.width, height: geometry.size.height)
        if orientation == .upright, let planar {
            planar.convert(frame, to: image)
            return image
        }
        if isDirect, orientation == .upright {
            // swscale reads four entries whatever the format.
            var planes: Planes = (image.baseAddress, nil, nil, nil)
            var strides: Strides = (Int32(image.bytesPerRow), 0, 0, 0)
            withUnsafeMutableBytes(of: &planes) { planes in
                withUnsafeMutableBytes(of: &strides) { strides in
                    scale(frame, to: planes.baseAddress!, strides: strides.baseAddress!)
                }
            }
            return image
        }
        scale(
            frame, to: scratch.pointer.pointee.extended_data,
            strides: scratch.pointer.pointer(to: \.linesize)!)
        PixelPlanes(scratch.pointer).write(to: image, orientation: orientation)
        return image
    }

    /// `frame`, or what it becomes in the ordinary range if its own is high.
    private func toneMapped(_ frame: UnsafeMutablePointer<AVFrame>) -> UnsafeMutablePointer<AVFrame> {
        let colour = ColourInterpretation(of: frame, codec: codec)
        // What could not be done once is not tried again.
        guard let curve = colour.highRange, warnings.isEmpty else { return frame }
        if toneMapper?.fits(frame) != true { toneMapper = ToneMapper(frame, colour: colour) }
        if let mapped = toneMapper?.map(frame) { return mapped }
        warnings.append(
            "the video has high dynamic range (\(curve.rawValue)), which this FFmpeg's filters (zscale, tonemap) could "
                + "not bring to the ordinary one: pictures are paler than they should be, and scores less right"
        )
        return frame
    }

    private typealias Planes = (
        UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?,
        UnsafeMutablePointer<UInt8>?
    )
    private typealias Strides = (Int32, Int32, Int32, Int32)

    /// Whether swscale may write the image itself: interleaved and without alpha.
    private var isDirect: Bool { scratch.pointer.pointee.format == AV_PIX_FMT_RGB24.rawValue }

    private func scale(
        _ frame: UnsafeMutablePointer<AVFrame>, to planes: UnsafeRawPointer, strides: UnsafeRawPointer
    ) {
        let source = UnsafeRawPointer(frame.pointee.extended_data!)
        let sourceStrides = UnsafeRawPointer(frame.pointer(to: \.linesize)!)
        sws_scale(
            scaler, source.assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
            sourceStrides.assumingMemoryBound(to: Int32.self), 0, frame.pointee.height,
            planes.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
            strides.assumingMemoryBound(to: Int32.self))
    }

    private func build(_ wanted: Setup) throws(VideoError) {
        setup = nil
        sws_freeContext(scaler)
        scaler = nil
        let format = AVPixelFormat(rawValue: wanted.format)
        let layout = PixelLayout(format)
        let failure = VideoError.unsupportedPixels(
            input, format: "\(layout.name) at \(wanted.width) x \(wanted.height)")
        guard sws_isSupportedInput(format) != 0, let context = sws_alloc_context() else { throw failure }
        scaler = context
        // Interleaved RGB has its own exact converters; through planes it would lose half its colour columns.
        let target =
            switch (layout.isRGB, layout.hasAlpha) {
            case (true, false): AV_PIX_FMT_RGB24
            case (true, true): AV_PIX_FMT_RGBA
            case (false, false): AV_PIX_FMT_GBRP
            case (false, true): AV_PIX_FMT_GBRAP
            }
        let (width, height) = (Int32(wanted.target.width), Int32(wanted.target.height))
        let flags =
            (wanted.isScaled ? SWS_BICUBIC : SWS_BILINEAR) | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT
            | SWS_FULL_CHR_H_INP
        var settings: [(String, Int32)] = [
            ("srcw", wanted.width), ("srch", wanted.height), ("src_format", wanted.format),
            ("dstw", width), ("dsth", height), ("dst_format", target.rawValue),
            ("src_range", wanted.colour.isFullRange ? 1 : 0), ("dst_range", 1), ("sws_flags", flags),
        ]
        planar = nil
        let siting = ChromaSiting(wanted.siting, layout: layout, isFullRange: wanted.colour.isFullRange)
        if let x = siting.x { settings.append(("src_h_chr_pos", x)) }
        if let y = siting.y { settings.append(("src_v_chr_pos", y)) }
        for (name, value) in settings {
            try check(av_opt_set_int(UnsafeMutableRawPointer(context), name, Int64(value), 0)) { _ in failure
            }
        }
        try check(sws_init_context(context, nil, nil)) { _ in failure }
        if !layout.isRGB {
            let table = wanted.colour.coefficients
            let one: Int32 = 1 << 16
            try check(
                sws_setColorspaceDetails(
                    context, table, wanted.colour.isFullRange ? 1 : 0, table, 1, 0, one, one)
            ) { _ in failure }
        }
        if !wanted.isScaled {
            planar = PlanarYUV(
                format, width: Int(wanted.width), height: Int(wanted.height), colour: wanted.colour,
                siting: siting)
        }
        try prepareScratch(target, width: width, height: height, failure: failure)
        setup = wanted
    }

    private func prepareScratch(
        _ format: AVPixelFormat, width: Int32, height: Int32, failure: VideoError
    ) throws(VideoError) {
        av_frame_unref(scratch.pointer)
        scratch.pointer.pointee.format = format.rawValue
        scratch.pointer.pointee.width = width
        scratch.pointer.pointee.height = height
        try check(av_frame_get_buffer(scratch.pointer, 64)) { _ in failure }
    }
}
