/// How a frame's numbers are read as colours.
package struct ColourInterpretation: Sendable, Codable, Equatable {
    /// The equation between luma, chroma and RGB.
    package enum Matrix: String, Sendable, Codable {
        case bt601 = "BT.601"
        case bt709 = "BT.709"
        case fcc = "FCC"
        case smpte240m = "SMPTE 240M"
        case bt2020 = "BT.2020"
        /// The numbers are RGB or grey.
        case none
    }

    package var matrix: Matrix
    /// Whether the video does not name its matrix and a rule chose it: BT.709 from 720 lines up, BT.601 below
    /// and for codecs of still pictures.
    package var matrixIsAssumed: Bool
    /// Whether black is 0 rather than 16 (in 8 bits).
    package var isFullRange: Bool
    /// Whether the video does not name its range and the pixel format's usual one is taken.
    package var rangeIsAssumed: Bool
    /// The curve of high dynamic range, if the video has one: ``ToneMapper`` brings it to the ordinary.
    package var highRange: HighRange?

    /// A transfer curve of high dynamic range.
    package enum HighRange: String, Sendable, Codable {
        case pq = "PQ"
        case hlg = "HLG"
    }
}
