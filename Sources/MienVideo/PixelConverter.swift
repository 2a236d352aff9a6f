import CFFmpeg
import MienTensor

/// Turns decoded frames of any pixel format into 8-bit RGB, with the frame's own matrix and range.
///
/// swscale is told everything that a frame says of itself and that it would otherwise guess: range, matrix
/// and chroma siting. A frame that does not name its matrix is taken for BT.709 from 720 lines up and for
/// BT.601 below, as encoders do by default. Transparent pixels are laid on black.
final class PixelConverter {
    /// All that a conversion depends on; a change, in the middle of a stream too, means a new one.
    private struct Key: Equatable {
        var width: Int32
        var height: Int32
        var format: Int32
        var matrix: Int32
        var isFullRange: Bool
        var siting: AVChromaLocation
    }

    private let input: String
    private var key: Key?
    private var context: OpaquePointer?
    private var hasAlpha = false
    /// 8-bit RGBA of one frame, for formats with transparency.
    private var layered: [UInt8] = []

    init(input: String) {
        self.input = input
    }

    deinit {
        sws_freeContext(context)
    }

    /// Converts `frame`, which must have the size of `image`.
    func convert(_ frame: UnsafePointer<AVFrame>, into image: Image) throws(VideoError) {
        precondition(frame.pointee.width == image.width && frame.pointee.height == image.height)
        let needed = Self.key(frame)
        if key != needed { try rebuild(needed) }
        if hasAlpha {
            let stride = (4 * image.width + 63) / 64 * 64
            if layered.count != stride * image.height + 64 {
                layered = [UInt8](repeating: 0, count: stride * image.height + 64)
            }
            layered.withUnsafeMutableBufferPointer { buffer in
                scale(frame, to: buffer.baseAddress!, stride: stride)
                layOnBlack(buffer.baseAddress!, stride: stride, into: image)
            }
        } else {
            scale(frame, to: image.baseAddress, stride: image.bytesPerRow)
        }
    }

    /// The matrix and range that a frame is converted with, in words.
    static func colors(_ frame: UnsafePointer<AVFrame>) -> String {
        let key = key(frame)
        let descriptor = av_pix_fmt_desc_get(AVPixelFormat(key.format))
        if let flags = descriptor?.pointee.flags, flags & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0 {
            return "rgb"
        }
        let name = av_color_space_name(AVColorSpace(UInt32(key.matrix))).map { String(cString: $0) } ?? "bt601"
        let assumed = isStated(frame) ? "" : ", assumed"
        return name + (key.isFullRange ? ", full range" : ", limited range") + assumed
    }

    private static func isStated(_ frame: UnsafePointer<AVFrame>) -> Bool {
        let space = frame.pointee.colorspace
        return space != AVCOL_SPC_UNSPECIFIED && space != AVCOL_SPC_RESERVED && space != AVCOL_SPC_RGB
    }

    private static func key(_ frame: UnsafePointer<AVFrame>) -> Key {
        let assumed = frame.pointee.height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
        let space = isStated(frame) ? frame.pointee.colorspace : assumed
        let name = av_get_pix_fmt_name(AVPixelFormat(frame.pointee.format)).map { String(cString: $0) } ?? ""
        let isJPEG = name.hasPrefix("yuvj")
        let isGray = name.hasPrefix("gray") || name.hasPrefix("ya")
        var isFullRange = isJPEG || frame.pointee.color_range == AVCOL_RANGE_JPEG
        // Grey pictures are full range unless they say otherwise.
        if isGray, frame.pointee.color_range != AVCOL_RANGE_MPEG { isFullRange = true }
        var siting = frame.pointee.chroma_location
        if siting == AVCHROMA_LOC_UNSPECIFIED { siting = isJPEG ? AVCHROMA_LOC_CENTER : AVCHROMA_LOC_LEFT }
        return Key(
            width: frame.pointee.width, height: frame.pointee.height, format: frame.pointee.format,
            matrix: Int32(space.rawValue), isFullRange: isFullRange, siting: siting)
    }

    private func rebuild(_ needed: Key) throws(VideoError) {
        sws_freeContext(context)
        key = nil
        let format = AVPixelFormat(needed.format)
        let name = av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "format \(needed.format)"
        guard let descriptor = av_pix_fmt_desc_get(format), sws_isSupportedInput(format) != 0 else {
            throw .unsupportedFormat(input, format: name)
        }
        let flags = descriptor.pointee.flags
        hasAlpha = flags & UInt64(AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL) != 0
        context = sws_alloc_context()
        guard let context else { preconditionFailure("out of memory") }
        let raw = UnsafeMutableRawPointer(context)
        let output = hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24
        // Without the last two flags whole columns come out wrong or unwritten at some widths, and colours are
        // off by up to 3; with them, by 1.
        let quality = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT
        var options: [(String, Int64)] = [
            ("srcw", Int64(needed.width)), ("srch", Int64(needed.height)), ("dstw", Int64(needed.width)),
            ("dsth", Int64(needed.height)), ("src_format", Int64(needed.format)),
            ("dst_format", Int64(output.rawValue)), ("sws_flags", Int64(quality)),
        ]
        var x: Int32 = 0
        var y: Int32 = 0
        if descriptor.pointee.log2_chroma_w == 1, descriptor.pointee.log2_chroma_h == 1,
            avcodec_enum_to_chroma_pos(&x, &y, needed.siting) >= 0
        {
            options += [("src_h_chr_pos", Int64(x)), ("src_v_chr_pos", Int64(y))]
        }
        for (option, value) in options { av_opt_set_int(raw, option, value, 0) }
        guard sws_init_context(context, nil, nil) >= 0 else { throw .unsupportedFormat(input, format: name) }
        // A refusal means that the conversion has no matrix to set, as from RGB.
        sws_setColorspaceDetails(
            context, sws_getCoefficients(needed.matrix), needed.isFullRange ? 1 : 0,
            sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16)
        key = needed
    }

    private func scale(_ frame: UnsafePointer<AVFrame>, to pixels: UnsafeMutablePointer<UInt8>, stride: Int) {
        var strides: (Int32, Int32, Int32, Int32) = (Int32(stride), 0, 0, 0)
        var planes: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?) =
            (pixels, nil, nil, nil)
        withUnsafePointer(to: frame.pointee.data) { data in
            withUnsafePointer(to: frame.pointee.linesize) { sizes in
                withUnsafePointer(to: &planes) { planes in
                    withUnsafePointer(to: &strides) { strides in
                        _ = sws_scale(
                            context,
                            UnsafeRawPointer(data).assumingMemoryBound(to: UnsafePointer<UInt8>?.self),
                            UnsafeRawPointer(sizes).assumingMemoryBound(to: Int32.self), 0,
                            frame.pointee.height,
                            UnsafeRawPointer(planes)
                                .assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
                            UnsafeRawPointer(strides).assumingMemoryBound(to: Int32.self))
                    }
                }
            }
        }
    }

    private func layOnBlack(_ layered: UnsafePointer<UInt8>, stride: Int, into image: Image) {
        for y in 0..<image.height {
            let source = layered + y * stride
            let target = image.baseAddress + y * image.bytesPerRow
            for x in 0..<image.width {
                let alpha = Int(source[4 * x + 3])
                for channel in 0..<3 {
                    target[3 * x + channel] = UInt8((Int(source[4 * x + channel]) * alpha + 127) / 255)
                }
            }
        }
    }
}
