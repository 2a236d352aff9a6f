import CKernels
import Foundation
import MienImage

/// Cuts faces out of frames as a model wants them: one resample from the source picture to the crop.
///
/// Where the square reaches beyond the frame, the frame's edge is repeated. It holds no state: one cropper
/// may serve several threads, and the same face and picture give the same bytes on any machine.
package struct FaceCropper: Sendable {
    package let specification: CropSpecification
    /// The width and height of a crop in pixels.
    package let side: Int

    package init(_ specification: CropSpecification, side: Int) {
        precondition(side > 0 && side <= 4096, "a crop of \(side) x \(side) pixels")
        self.specification = specification
        self.side = side
    }

    /// Writes the crop of `face` to `pixels`: side x side x 3, interleaved red, green, blue.
    ///
    /// - Returns: The share of the crop that shows the picture and not its repeated edge. Below 0.6 a
    ///   reading deserves little trust.
    @discardableResult
    package func crop(_ face: TrackedFace, of image: Image, into pixels: UnsafeMutablePointer<UInt8>) -> Float
    {
        let square = CropSquare(face.pose, specification)
        crop(square, of: image, into: pixels)
        return square.coverage(width: image.width, height: image.height)
    }

    /// Writes the pixels of a square of the picture, however it was come by.
    package func crop(_ square: CropSquare, of image: Image, into pixels: UnsafeMutablePointer<UInt8>) {
        let limit = Double(MIEN_WARP_SCALE_LIMIT)
        let scale = Double(square.side) / Double(side)
        precondition(
            square.origin.isFinite && square.roll.isFinite && scale >= 1e-4 && scale < limit
                && max(abs(square.origin.x), abs(square.origin.y)) < 1e8,
            "a square of \(square.side) pixels at \(square.origin) cannot be cut to \(side) pixels")
        var map = mien_warp_map(
            x0: Double(square.origin.x), y0: Double(square.origin.y), scale: scale,
            cosine: cos(Double(square.roll)), sine: sin(Double(square.roll)))
        mien_warp_kernels_for(mien_isa_default()).pointee.square(
            image.baseAddress, Int32(image.width), Int32(image.height), image.bytesPerRow, &map, pixels,
            Int32(side))
    }
}
