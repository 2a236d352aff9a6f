import CKernels
import MienImage

/// A rectangle of an image's pixels. Valid while the image lives.
struct PixelRegion {
    let address: UnsafePointer<UInt8>
    let stride: Int
    let width: Int
    let height: Int

    init(_ image: Image, columns: Range<Int>, rows: Range<Int>) {
        address =
            UnsafePointer(image.baseAddress) + (rows.lowerBound * image.bytesPerRow + 3 * columns.lowerBound)
        stride = image.bytesPerRow
        width = columns.count
        height = rows.count
    }

    init(_ image: Image) {
        self.init(image, columns: 0..<image.width, rows: 0..<image.height)
    }

    func copy(into target: UnsafeMutablePointer<UInt8>, stride targetStride: Int) {
        for row in 0..<height {
            (target + row * targetStride).update(from: address + row * stride, count: 3 * width)
        }
    }

    /// Resamples each row along the width.
    ///
    /// The kernel reads one byte past the last pixel, which the padding of an ``Image`` allows.
    func resampleRows(
        _ axis: ResampleAxis, into target: UnsafeMutablePointer<UInt8>, stride targetStride: Int
    ) {
        kernels.rows(
            address, stride, height, axis.windows, axis.weights, axis.taps, axis.windows.count, target,
            targetStride)
    }

    /// Resamples each column along the height.
    func resampleColumns(
        _ axis: ResampleAxis, into target: UnsafeMutablePointer<UInt8>, stride targetStride: Int
    ) {
        kernels.columns(
            address, stride, 3 * width, axis.windows, axis.weights, axis.taps, axis.windows.count, target,
            targetStride)
    }

    private var kernels: mien_resample_kernels { mien_resample_kernels_for(mien_isa_default()).pointee }
}
