/// What a video is, as its first frame and its header say.
package struct VideoProperties: Sendable {
    /// A ratio of integers, as FFmpeg keeps time bases.
    package struct Ratio: Sendable, Equatable {
        package var num: Int
        package var den: Int
    }

    /// The width of an upright frame in pixels.
    package var width: Int
    /// The height of an upright frame in pixels.
    package var height: Int
    /// How far frames are turned to be upright, in degrees clockwise: 0, 90, 180 or 270.
    package var rotation: Int
    /// Whether frames are mirrored before they are turned.
    package var isMirrored: Bool
    /// The codec, as FFmpeg names it.
    package var codec: String
    /// Seconds for one unit of a presentation timestamp.
    package var timeBase: Ratio
    /// The header's idea of the frame rate; a hint that no timestamp depends on.
    package var averageRate: Double?
    /// Width to height of one pixel; 1 where the video does not say. Coordinates are in stored pixels.
    package var pixelAspect: Double
    /// The matrix and range that turn YUV into RGB, and whether they are stated or assumed.
    package var colorMatrix: String
    /// The header's claim of the duration in seconds.
    package var estimatedDuration: Double?
    /// The header's claim of the number of frames, or what duration and rate make of it.
    package var estimatedFrameCount: Int?
}
