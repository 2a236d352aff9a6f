/// What is known of a video once its first frame has been decoded.
package struct VideoProperties: Sendable, Codable, Equatable {
    /// The size of the first frame as it is shown: with square pixels, after ``rotation``. Later frames may differ.
    package var width: Int
    package var height: Int
    /// The size of the first frame as it is stored.
    package var stored: PictureSize
    /// The clockwise turn applied to the stored pixels, in degrees: 0, 90, 180 or 270.
    package var rotation: Int
    /// Whether the stored pixels were mirrored left to right, after the turn.
    package var isMirrored: Bool
    /// The width of a stored pixel over its height; nil for square ones.
    package var pixelAspect: Rational?

    /// The name of FFmpeg's demuxer, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    package var container: String
    /// The name of the codec, such as `h264`.
    package var codec: String
    /// The stream that is read, as an index into the container's streams.
    package var streamIndex: Int
    /// Its number among the video streams, from 0; nil if it is the only one.
    package var videoStream: Int?
    /// Whether the input is one picture rather than a video.
    package var isStillImage: Bool
    /// FFmpeg's name of the first frame's pixel format, such as `yuv420p`.
    package var pixelFormat: String
    /// How the first frame's numbers are read as colours.
    package var colour: ColourInterpretation

    /// The unit of ``VideoFrame/pts`` in seconds.
    package var timeBase: Rational
    /// The presentation timestamp of the first frame, which is second 0, if it has one.
    package var firstPTS: Int64?
    /// The seconds from the start of the file, as players count, to the first frame, if it has a timestamp.
    package var firstFrameTime: Double?
    /// Frames per second as the container states or guesses them: a hint, never used where a frame has a
    /// timestamp.
    package var averageFrameRate: Rational?
    /// The container's claim, or FFmpeg's estimate, of the length in seconds.
    package var estimatedDuration: Double?
    /// The container's claim, or an estimate from duration and rate, of the number of frames.
    package var estimatedFrameCount: Int?
}

/// A fraction of whole numbers.
package struct Rational: Sendable, Codable, Equatable, CustomStringConvertible {
    package var numerator: Int
    package var denominator: Int

    package init(_ numerator: Int, _ denominator: Int) {
        precondition(denominator != 0, "a fraction of nothing")
        self.numerator = numerator
        self.denominator = denominator
    }

    package var value: Double { Double(numerator) / Double(denominator) }
    package var description: String { "\(numerator):\(denominator)" }

    var inverse: Rational? { numerator == 0 ? nil : Rational(denominator, numerator) }
}
