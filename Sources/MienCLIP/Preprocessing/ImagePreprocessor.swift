import CKernels
import MienImage

/// Resizes pictures and crops them to the encoder's square, as PIL and `transformers` would.
///
/// The bytes are those of `CLIPImageProcessorPil` with Pillow 13 before it rescales and normalises, which the
/// encoder does. A picture that is smaller than the crop after resizing is centred on black.
///
/// It keeps the filter weights for the last size and a buffer, so that pictures of one size cost no
/// allocation; it belongs to one stage and is not thread-safe.
package final class ImagePreprocessor {
    package let configuration: PreprocessingConfiguration
    /// The side of the square that comes out.
    package let side: Int

    private var plan: ResamplePlan?
    /// The 8-bit pixels between the two passes.
    private var between: Image?

    /// Creates a preprocessor. The configuration must make squares, as every one read from a file does.
    package init(_ configuration: PreprocessingConfiguration) {
        guard let side = configuration.side else {
            preconditionFailure("the preprocessing makes no square")
        }
        self.configuration = configuration
        self.side = side
    }

    /// Writes the square, (side, side, 3) 8-bit RGB, to `out`.
    package func callAsFunction(_ image: Image, into out: UnsafeMutablePointer<UInt8>) {
        let plan = plan(for: image)
        let stride = 3 * side
        if plan.columns.count < side || plan.rows.count < side {
            out.update(repeating: 0, count: stride * side)
        }
        let source = PixelRegion(image, columns: plan.sourceColumns, rows: plan.sourceRows)
        let target = out + (plan.rows.lowerBound * stride + 3 * plan.columns.lowerBound)

        switch (plan.horizontal, plan.vertical) {
        case (nil, nil):
            source.copy(into: target, stride: stride)
        case (let horizontal?, nil):
            source.resampleRows(horizontal, into: target, stride: stride)
        case (nil, let vertical?):
            source.resampleColumns(vertical, into: target, stride: stride)
        case (let horizontal?, let vertical?) where plan.verticalFirst:
            let between = between(width: source.width, height: plan.rows.count)
            source.resampleColumns(vertical, into: between.baseAddress, stride: between.bytesPerRow)
            PixelRegion(between).resampleRows(horizontal, into: target, stride: stride)
        case (let horizontal?, let vertical?):
            let between = between(width: plan.columns.count, height: source.height)
            source.resampleRows(horizontal, into: between.baseAddress, stride: between.bytesPerRow)
            PixelRegion(between).resampleColumns(vertical, into: target, stride: stride)
        }
    }

    private func plan(for image: Image) -> ResamplePlan {
        if let plan, plan.width == image.width, plan.height == image.height { return plan }
        let plan = ResamplePlan(configuration: configuration, width: image.width, height: image.height)
        self.plan = plan
        return plan
    }

    private func between(width: Int, height: Int) -> Image {
        if let between, between.width == width, between.height == height { return between }
        let image = Image(width: width, height: height)
        between = image
        return image
    }
}
