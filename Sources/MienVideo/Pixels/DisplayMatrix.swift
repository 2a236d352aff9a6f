import CFFmpeg

/// The orientation that containers (a stream's side data) and pictures (a frame's, from EXIF) ask for. A
/// slanted one counts as upright.
enum DisplayMatrix {
    /// The orientation that `frame` itself asks for.
    static func orientation(of frame: UnsafeMutablePointer<AVFrame>) -> Orientation? {
        guard let side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX) else { return nil }
        return orientation(side.pointee.data, size: side.pointee.size)
    }

    /// The orientation of all frames of `stream` that ask for none.
    static func orientation(of stream: UnsafeMutablePointer<AVStream>) -> Orientation {
        var size = 0
        let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size)
        return orientation(data, size: size)
    }

    private static func orientation(_ data: UnsafeMutablePointer<UInt8>?, size: Int) -> Orientation {
        guard let data, size >= 36 else { return .upright }
        let raw = UnsafeRawPointer(data)
        let matrix = (0..<9).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
        return Orientation(displayMatrix: matrix) ?? .upright
    }
}
