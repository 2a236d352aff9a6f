import MienImage

/// What the tracker needs of a detector: a thorough search of the frame or parts of it, now and then, and a
/// cheap detection in a place where a face should be, on every frame.
package protocol FaceDetecting: AnyObject {
    /// The faces of `image` whose centres lie in some parts of it, best first, each once.
    func search(_ image: Image, in parts: [FaceBox]) -> [FaceDetection]

    /// The faces in a square region of `image`, best first.
    ///
    /// - Parameters:
    ///   - center: The centre of the square, in image pixels.
    ///   - side: The side of the square, in image pixels. The square may reach beyond the image; pixels
    ///     outside it count as black. Faces of 30 to 60 % of the side are found best.
    ///   - roll: The angle by which the region is turned beforehand, in radians, clockwise as seen.
    func detect(at center: Point, side: Float, roll: Float, in image: Image) -> [FaceDetection]
}

extension FaceDetecting {
    /// All faces of `image`, best first, each once.
    package func search(_ image: Image) -> [FaceDetection] {
        search(image, in: [FaceBox(x: 0, y: 0, width: Float(image.width), height: Float(image.height))])
    }
}
