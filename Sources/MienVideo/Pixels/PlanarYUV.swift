import CFFmpeg
import CKernels
import MienImage
import MienTensor

/// The conversion of what cameras and files mostly hold: planar 8-bit 4:2:0 and 4:2:2 of even size.
///
/// It gives the bytes that swscale would, four times as fast.
final class PlanarYUV {
    private let matrix: mien_yuv_matrix
    private let halvesRows: Bool
    private let isLeft: Bool
    private let scratch: FloatBuffer

    /// Nil for what needs swscale: other formats, odd sizes, and chroma rows that lie on rows of luma.
    init?(
        _ format: AVPixelFormat, width: Int, height: Int, colour: ColourInterpretation, siting: ChromaSiting
    ) {
        switch format {
        case AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P: halvesRows = true
        case AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P: halvesRows = false
        default: return nil
        }
        guard width % 2 == 0, height % 2 == 0 || !halvesRows, siting.y == nil else { return nil }
        isLeft = siting.x == 0
        matrix = mien_yuv_matrix_of(colour.coefficients, colour.isFullRange)
        scratch = FloatBuffer(count: mien_yuv_scratch(Int32(width)) / 4 + 1)
    }

    /// Fills `image` with the picture of `frame`, which is as the initializer was told.
    func convert(_ frame: UnsafeMutablePointer<AVFrame>, to image: Image) {
        let fields = frame.pointee
        var picture = mien_yuv_picture(
            y: fields.data.0!, u: fields.data.1!, v: fields.data.2!, y_row: Int(fields.linesize.0),
            u_row: Int(fields.linesize.1), v_row: Int(fields.linesize.2), width: fields.width,
            height: fields.height, halves_rows: halvesRows, is_left: isLeft)
        mien_yuv_kernels_for(mien_isa_default()).pointee.to_rgb(
            &picture, matrix, image.baseAddress, image.bytesPerRow, scratch.baseAddress)
    }
}
