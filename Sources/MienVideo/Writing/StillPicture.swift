import CFFmpeg
import Glibc

/// The kinds of file that a single picture is written to.
package enum StillPicture: String, CaseIterable, Sendable {
    case png, jpg, jpeg

    /// The kind that the ending of `name` tells; nil if it is none of them.
    package init?(name: String) {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }

    /// The file with the picture on `canvas`.
    ///
    /// - Parameter name: What messages call it.
    package func encode(_ canvas: Canvas, name: String) throws(VideoError) -> [UInt8] {
        let log = FFmpegLog()
        return try log.collect { () throws(VideoError) -> [UInt8] in
            try encode(canvas) { .cannotEncode(name, detail: log.explain($0)) }
        }
    }

    private func encode(
        _ canvas: Canvas, failure: (FFmpegStatus) -> VideoError
    ) throws(VideoError) -> [UInt8] {
        let missing = failure(FFmpegStatus(mien_averror(ENOSYS)))
        guard let codec = avcodec_find_encoder(self == .png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG),
            let context = CodecContext(codec)
        else { throw missing }
        // Letters have colours of their own: none are left out, as 4:2:0 would.
        let format = self == .png ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUVJ444P
        let frame = Frame()
        for size in [canvas.width, canvas.height] where size > 1 << 16 { throw missing }
        let (width, height) = (Int32(canvas.width), Int32(canvas.height))
        context.pointer.pointee.pix_fmt = format
        (context.pointer.pointee.width, context.pointer.pointee.height) = (width, height)
        context.pointer.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointer.pointee.flags |= AV_CODEC_FLAG_QSCALE
        context.pointer.pointee.global_quality = 2 * FF_QP2LAMBDA
        frame.pointer.pointee.format = format.rawValue
        (frame.pointer.pointee.width, frame.pointer.pointee.height) = (width, height)
        frame.pointer.pointee.quality = 2 * FF_QP2LAMBDA
        try check(avcodec_open2(context.pointer, codec, nil), orThrow: failure)
        try check(av_frame_get_buffer(frame.pointer, 64), orThrow: failure)
        try convert(canvas, to: frame, format, failure)

        let packet = Packet()
        try check(avcodec_send_frame(context.pointer, frame.pointer), orThrow: failure)
        try check(avcodec_send_frame(context.pointer, nil), orThrow: failure)
        try check(avcodec_receive_packet(context.pointer, packet.pointer), orThrow: failure)
        let data = packet.pointer.pointee
        return Array(UnsafeBufferPointer(start: data.data, count: Int(data.size)))
    }

    private func convert(
        _ canvas: Canvas, to frame: borrowing Frame, _ format: AVPixelFormat,
        _ failure: (FFmpegStatus) -> VideoError
    ) throws(VideoError) {
        let (width, height) = (Int32(canvas.width), Int32(canvas.height))
        let flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP
        guard
            let scaler = sws_getContext(
                width, height, AV_PIX_FMT_BGR0, width, height, format, flags, nil, nil, nil)
        else { throw failure(FFmpegStatus(mien_averror(ENOMEM))) }
        defer { sws_freeContext(scaler) }
        // swscale reads four entries whatever the format.
        let planes: [UnsafePointer<UInt8>?] = [UnsafePointer(canvas.baseAddress), nil, nil, nil]
        let strides = [Int32(canvas.bytesPerRow), 0, 0, 0]
        let target = UnsafeRawPointer(frame.pointer.pointee.extended_data!)
        let targetStrides = UnsafeRawPointer(frame.pointer.pointer(to: \.linesize)!)
        let rows = planes.withUnsafeBufferPointer { planes in
            sws_scale(
                scaler, planes.baseAddress, strides, 0, height,
                target.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
                targetStrides.assumingMemoryBound(to: Int32.self))
        }
        try check(rows, orThrow: failure)
    }
}
