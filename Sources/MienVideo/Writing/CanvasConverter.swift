import CFFmpeg

/// Turns canvases into frames for the encoder: 4:2:0, of one size, in the colours of the format.
///
/// A canvas of another size than the video's, from a source whose size changes on the way, is stretched to it.
final class CanvasConverter {
    /// The size of the frames.
    let width: Int32
    let height: Int32
    private let colour: EncodedColour
    private let name: String
    private var scaler: OpaquePointer?
    private var source: (width: Int, height: Int) = (0, 0)

    init(_ format: PictureFormat, name: String) {
        width = Int32(format.width + format.width % 2)
        height = Int32(format.height + format.height % 2)
        colour = format.colour
        self.name = name
    }

    deinit { sws_freeContext(scaler) }

    /// Prepares `frame` for pictures of this converter.
    func allocate(_ frame: borrowing Frame) throws(VideoError) {
        let fields = frame.pointer
        fields.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        fields.pointee.width = width
        fields.pointee.height = height
        fields.pointee.color_range = colour.range
        fields.pointee.colorspace = colour.space
        fields.pointee.color_primaries = colour.primaries
        fields.pointee.color_trc = colour.transfer
        fields.pointee.chroma_location = AVCHROMA_LOC_LEFT
        try check(av_frame_get_buffer(fields, 64)) { _ in failure }
    }

    /// Writes the picture on `canvas` into `frame`.
    func convert(_ canvas: Canvas, to frame: borrowing Frame) throws(VideoError) {
        if (canvas.evenWidth, canvas.evenHeight) != source { try build(canvas) }
        canvas.fillBorder()
        // The encoder may still refer to the picture before.
        try check(av_frame_make_writable(frame.pointer)) { _ in failure }
        // swscale reads four entries whatever the format.
        let none: UnsafePointer<UInt8>? = nil
        let planes = (UnsafePointer<UInt8>?(canvas.baseAddress), none, none, none)
        let strides = (Int32(canvas.bytesPerRow), Int32(0), Int32(0), Int32(0))
        let targetStrides = UnsafeRawPointer(frame.pointer.pointer(to: \.linesize)!)
        withUnsafeBytes(of: planes) { planes in
            withUnsafeBytes(of: strides) { strides in
                _ = sws_scale(
                    scaler, planes.baseAddress!.assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
                    strides.baseAddress!.assumingMemoryBound(to: Int32.self), 0, Int32(canvas.evenHeight),
                    frame.pointer.pointee.extended_data, targetStrides.assumingMemoryBound(to: Int32.self))
            }
        }
    }

    private func build(_ canvas: Canvas) throws(VideoError) {
        source = (0, 0)
        sws_freeContext(scaler)
        scaler = nil
        guard let context = sws_alloc_context() else { throw failure }
        scaler = context
        let isFull = colour.interpretation.isFullRange
        let settings: [(String, Int32)] = [
            ("srcw", Int32(canvas.evenWidth)), ("srch", Int32(canvas.evenHeight)),
            ("src_format", AV_PIX_FMT_BGR0.rawValue), ("dstw", width), ("dsth", height),
            ("dst_format", AV_PIX_FMT_YUV420P.rawValue), ("dst_range", isFull ? 1 : 0),
            // Where decoders of MPEG video, H.264 too, expect the chroma samples.
            ("dst_h_chr_pos", 0), ("dst_v_chr_pos", 128),
            ("sws_flags", SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP),
        ]
        for (option, value) in settings {
            try check(av_opt_set_int(UnsafeMutableRawPointer(context), option, Int64(value), 0)) { _ in
                failure
            }
        }
        try check(sws_init_context(context, nil, nil)) { _ in failure }
        let table = colour.interpretation.coefficients
        let one: Int32 = 1 << 16
        try check(sws_setColorspaceDetails(context, table, 1, table, isFull ? 1 : 0, 0, one, one)) { _ in
            failure
        }
        source = (canvas.evenWidth, canvas.evenHeight)
    }

    private var failure: VideoError {
        .cannotEncode(name, detail: "pictures of \(width) x \(height) pixels cannot be converted")
    }
}
