import CKernels
import MienImage
import MienTensor

/// Fills the input of a network with a region of an image. It owns its scratch memory: one queue at a time.
package final class RegionSampler {
    // A turned region is first resampled upright, somewhat finer than the network's input so that turning
    // it blurs little, and then turned. This is how much finer, and the room for it.
    private static let oversampling = 1.5
    private let upright: FeatureMap
    private let kernels: mien_conv_kernels

    private var scratch = FloatBuffer(count: 0)

    /// Creates a sampler for turned regions of up to `side` x `side` input pixels.
    package init(turnedSide side: Int, instructionSet: InstructionSet = .default) {
        kernels = mien_conv_kernels_for(instructionSet.kernels).pointee
        let diagonal = Int(Double(side) * Self.oversampling * 1.4143) + 4
        upright = FeatureMap(width: diagonal, height: diagonal, channels: 3, border: 0)
    }

    /// Fills `input` with `region` of `image`, as value / 127.5 - 1; what lies outside the image is black, or
    /// grey if the region says so.
    package func callAsFunction(_ image: Image, _ region: Region, into input: FeatureMap) {
        fill(image, region, into: input)
        guard region.hasGreySurroundings else { return }
        for y in 0..<input.height {
            for x in 0..<input.width {
                let place = region.imagePoint(Point(x: Float(x) + 0.5, y: Float(y) + 0.5))
                guard
                    place.x < 0 || place.y < 0 || place.x >= Float(image.width)
                        || place.y >= Float(image.height)
                else { continue }
                input.features(x: x, y: y).update(repeating: 0, count: input.channels)
            }
        }
    }

    private func fill(_ image: Image, _ region: Region, into input: FeatureMap) {
        guard region.sine != 0 || region.cosine != 1 else {
            sample(image, x: region.x, y: region.y, step: region.step, into: input.kernelView)
            return
        }
        // The upright square around the turned one. Finer than the image it need not be: then its pixels
        // are the image's own.
        let step = max(region.step / Self.oversampling, 1)
        let side = Double(input.width) * region.step
        let reach = side * (abs(region.cosine) + abs(region.sine)) / 2
        let centerX = region.x + side / 2 * (region.cosine - region.sine)
        let centerY = region.y + side / 2 * (region.sine + region.cosine)
        let left = (centerX - reach - step).rounded(.down)
        let top = (centerY - reach - step).rounded(.down)
        var view = upright.kernelView
        let pixels = Int32((2 * reach / step).rounded(.up)) + 3
        precondition(pixels <= view.width, "the sampler is made for smaller regions")
        view.width = pixels
        view.height = pixels
        sample(image, x: left, y: top, step: step, into: view)

        let u = (region.cosine * region.step / step, region.sine * region.step / step)
        withUnsafePointer(to: view) { view in
            withUnsafePointer(to: input.kernelView) { input in
                kernels.turn(
                    view, (region.x - left) / step + (u.0 - u.1) / 2,
                    (region.y - top) / step + (u.1 + u.0) / 2, u.0, u.1, input)
            }
        }
    }

    private func sample(_ image: Image, x: Double, y: Double, step: Double, into view: mien_map) {
        withUnsafePointer(to: image.kernelView) { picture in
            withUnsafePointer(to: view) { view in
                let needed = mien_sample_scratch(
                    picture, step, view.pointee.width, view.pointee.height)
                if scratch.count < needed {
                    scratch = FloatBuffer(count: needed)
                }
                kernels.sample(
                    picture, mien_region(x: x, y: y, step: step), view, scratch.baseAddress)
            }
        }
    }
}

extension Image {
    /// The picture as the kernels take it. Valid while the image lives.
    var kernelView: mien_picture {
        mien_picture(
            pixels: UnsafePointer(baseAddress), width: Int32(width), height: Int32(height), row: bytesPerRow)
    }
}
