/// The shape of a video's pixels, frame by frame, and the warnings that it is worth.
package struct PixelAspect {
    /// Whether the input is pictures, whose density is meant for printing: viewers show their pixels as squares.
    private let isPicture: Bool
    /// The warnings of the frame asked for last.
    package private(set) var warning: String?
    private var last: Rational?
    private var frames = 0
    private var changes = 0
    private var hasRefused = false

    package init(isPicture: Bool) { self.isPicture = isPicture }

    /// The width of the next frame's pixels over their height; nil for square ones.
    ///
    /// - Parameters:
    ///   - stated: What stream and frame say.
    ///   - size: The stored size.
    package mutating func next(stated: Rational?, size: PictureSize) -> Rational? {
        warning = nil
        var aspect = stated.flatMap { $0.value == 1 ? nil : $0 }
        if let refused = aspect, isPicture || !DisplayGeometry.isUsable(refused, for: size) {
            aspect = nil
            if !hasRefused {
                warning =
                    isPicture
                    ? "the picture states a density of \(refused), which viewers ignore: its pixels are taken as square"
                    : "the video states pixels of \(refused), which is no shape in use: they are taken as square"
            }
            hasRefused = true
        }
        if frames > 0, aspect != last {
            changes += 1
            // A stream that changes all the time is told of often enough.
            if changes <= 3 {
                warning =
                    "pixels change from \(last?.description ?? "1:1") to \(aspect?.description ?? "1:1") at frame \(frames + 1)"
            }
        }
        last = aspect
        frames += 1
        return aspect
    }
}
