import CFFmpeg

/// Turns canvases into frames for the encoder: 4:2:0, of one size, in the colours of the format.
///
/// A canvas of another size than the video's, from a source whose size changes on the way, is shown whole between
/// black bars.
final class CanvasConverter {
    /// The size of the frames.
    let width: Int32
    let height: Int32
    private let colour: EncodedColour
    private let name: String
    /// Where in the frame the picture lies, on even numbers.
    private var target: (x: Int32, y: Int32, width: Int32, height: Int32)
    private var scaler: OpaquePointer?
    private var source: (width: Int, height: Int) = (0, 0)

    init(_ format: PictureFormat, name: String) {
        width = Int32(format.width + format.width % 2)
        height = Int32(format.height + format.height % 2)
        colour = format.colour
        self.name = name
        target = (0, 0, width, height)
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
        if target.width < width || target.height < height { fillBlack(frame) }
        // swscale reads four entries whatever the format.
        let none: UnsafePointer<UInt8>? = nil
        let planes = (UnsafePointer<UInt8>?(canvas.baseAddress), none, none, none)
        let strides = (Int32(canvas.bytesPerRow), Int32(0), Int32(0), Int32(0))
        let targetPlanes = targetPlanes(of: frame)
        let targetStrides = UnsafeRawPointer(frame.pointer.pointer(to: \.linesize)!)
        withUnsafeBytes(of: planes) { planes in
            withUnsafeBytes(of: strides) { strides in
                withUnsafeBytes(of: targetPlanes) { targetPlanes in
                    _ = sws_scale(
                        scaler, planes.baseAddress!.assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
                        strides.baseAddress!.assumingMemoryBound(to: Int32.self), 0, Int32(canvas.evenHeight),
                        targetPlanes.baseAddress!.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
                        targetStrides.assumingMemoryBound(to: Int32.self))
                }
            }
        }
    }

    /// Where in each plane the picture begins.
    private func targetPlanes(
        of frame: borrowing Frame
    ) -> (
        UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?,
        UnsafeMutablePointer<UInt8>?
    ) {
        let fields = frame.pointer.pointee
        func start(
            _ plane: UnsafeMutablePointer<UInt8>?, _ stride: Int32, _ step: Int32
        ) -> UnsafeMutablePointer<UInt8>? {
            plane.map { $0 + Int(target.y / step) * Int(stride) + Int(target.x / step) }
        }
        return (
            start(fields.data.0, fields.linesize.0, 1), start(fields.data.1, fields.linesize.1, 2),
            start(fields.data.2, fields.linesize.2, 2), nil
        )
    }

    private func fillBlack(_ frame: borrowing Frame) {
        let fields = frame.pointer.pointee
        let strides = (
            Int(fields.linesize.0), Int(fields.linesize.1), Int(fields.linesize.2), Int(fields.linesize.3)
        )
        withUnsafeBytes(of: strides) { strides in
            _ = av_image_fill_black(
                frame.pointer.pointee.extended_data, strides.baseAddress!.assumingMemoryBound(to: Int.self),
                AV_PIX_FMT_YUV420P, colour.range, width, height)
        }
    }

    /// The largest part of the frame that has the shape of `canvas`, in its middle.
    private func fit(_ canvas: Canvas) {
        target = (0, 0, width, height)
        let scale = min(
            Double(width) / Double(canvas.evenWidth), Double(height) / Double(canvas.evenHeight))
        func even(_ size: Int, _ whole: Int32) -> (start: Int32, size: Int32) {
            let size = max(2, min(whole, Int32((Double(size) * scale / 2).rounded()) * 2))
            return ((whole - size) / 4 * 2, size)
        }
        (target.x, target.width) = even(canvas.evenWidth, width)
        (target.y, target.height) = even(canvas.evenHeight, height)
    }

    private func build(_ canvas: Canvas) throws(VideoError) {
        source = (0, 0)
        fit(canvas)
        sws_freeContext(scaler)
        scaler = nil
        guard let context = sws_alloc_context() else { throw failure }
        scaler = context
        let isFull = colour.interpretation.isFullRange
        let settings: [(String, Int32)] = [
            ("srcw", Int32(canvas.evenWidth)), ("srch", Int32(canvas.evenHeight)),
            ("src_format", AV_PIX_FMT_BGR0.rawValue), ("dstw", target.width), ("dsth", target.height),
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
