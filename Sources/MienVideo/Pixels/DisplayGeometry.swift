import CFFmpeg

/// How a stored picture is shown: its pixels made square, then turned upright.
///
/// Its lines stay as they are and become longer or shorter, as with FFmpeg's `scale=iw*sar:ih`.
struct DisplayGeometry: Equatable {
    /// The stored size in pixels.
    let stored: PictureSize
    /// The width of a stored pixel over its height; nil for square ones.
    let pixelAspect: Rational?
    let orientation: Orientation
    /// The size with square pixels, before the turn.
    let square: PictureSize

    /// - Parameter aspect: The width of a stored pixel over its height, which ``isUsable(_:for:)``; nil for square.
    init(stored: PictureSize, aspect: Rational?, orientation: Orientation) {
        self.stored = stored
        self.orientation = orientation
        pixelAspect = aspect
        square = aspect.map { Self.square(stored, $0) } ?? stored
    }

    /// The size of the upright picture.
    var size: PictureSize {
        let size = orientation.size(width: square.width, height: square.height)
        return PictureSize(width: size.width, height: size.height)
    }

    /// Whether pictures of `size` may be shown with pixels of this shape. The widest of a broadcast standard are 2.8
    /// times as wide as high; what is beyond 4 was written by mistake.
    static func isUsable(_ aspect: Rational, for size: PictureSize) -> Bool {
        let square = square(size, aspect)
        return (0.25...4).contains(aspect.value) && square.width * square.height <= Decoder.mostPixels
    }

    private static func square(_ size: PictureSize, _ aspect: Rational) -> PictureSize {
        let width = (Double(size.width) * aspect.value).rounded()
        return PictureSize(width: Int(max(1, min(width, 1e9))), height: size.height)
    }
}
