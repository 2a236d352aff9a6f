import Foundation
import MienImage

/// A rectangle of an image as a network sees it, and the way back from network to image pixels.
///
/// The pixel (i, j) of the network's input shows the part of the image around
/// `origin + (i + 0.5) * step * u + (j + 0.5) * step * v`, where u and v are the region's axes.
package struct Region {
    /// The upper left corner in the image, in pixels.
    package var x: Double
    package var y: Double
    /// Image pixels per input pixel.
    package var step: Double
    /// The direction of the region's x axis in the image.
    package var cosine = 1.0
    package var sine = 0.0

    /// Whether what lies outside the image is grey, as a face cut off by its edge needs, and not black.
    package var hasGreySurroundings = false

    /// The whole image, centred in an input of the given size (letterboxed), as large as fits.
    package init(fitting image: Image, width: Int, height: Int) {
        let step = max(Double(image.width) / Double(width), Double(image.height) / Double(height))
        self.step = step
        x = (Double(image.width) - Double(width) * step) / 2
        y = (Double(image.height) - Double(height) * step) / 2
    }

    /// A square around `center`, turned clockwise (as seen) by `roll`, in an input of `pixels` x `pixels`.
    package init(center: Point, side: Float, roll: Float, pixels: Int) {
        step = Double(side) / Double(pixels)
        if roll != 0 {
            cosine = cos(Double(roll))
            sine = sin(Double(roll))
        }
        let half = Double(side) / 2
        x = Double(center.x) - half * (cosine - sine)
        y = Double(center.y) - half * (sine + cosine)
    }

    /// What the input shows from `x`, `y` on, in its pixels.
    package func part(x: Int, y: Int) -> Region {
        var part = self
        (part.x, part.y) = imagePlace(Double(x), Double(y))
        return part
    }

    private func imagePlace(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        let (u, v) = (x * step, y * step)
        return (self.x + u * cosine - v * sine, self.y + u * sine + v * cosine)
    }

    /// The place in the image of a place in the input.
    package func imagePoint(_ point: Point) -> Point {
        let place = imagePlace(Double(point.x), Double(point.y))
        return Point(x: Float(place.x), y: Float(place.y))
    }

    /// The same face in image pixels. Its box keeps its size and stays upright around the same centre.
    package func imageFace(_ face: FaceDetection) -> FaceDetection {
        let center = imagePoint(face.box.center)
        let (width, height) = (face.box.width * Float(step), face.box.height * Float(step))
        return FaceDetection(
            box: FaceBox(
                x: center.x - width / 2, y: center.y - height / 2, width: width, height: height),
            landmarks: face.landmarks.map { imagePoint($0) }, score: face.score)
    }
}
