import MienTimeline

/// A colour to draw with; every part is 0...1.
struct Colour: Equatable, Sendable {
    var red: Double
    var green: Double
    var blue: Double
    var alpha = 1.0

    /// A colour written as 0xRRGGBB.
    init(_ rgb: UInt32, alpha: Double = 1) {
        red = Double(rgb >> 16 & 255) / 255
        green = Double(rgb >> 8 & 255) / 255
        blue = Double(rgb & 255) / 255
        self.alpha = alpha
    }

    static let white = Colour(0xFFFFFF)
    static let black = Colour(0x000000)
    /// Behind text: dark enough for white on any picture.
    static let ground = Colour(0x101418, alpha: 0.72)

    /// Colours that people with any colour vision tell apart (Okabe and Ito 2008), the best on skin first.
    private static let faces = [
        Colour(0x56B4E9), Colour(0xE69F00), Colour(0x00C08B), Colour(0xF0E442), Colour(0xE07BB5),
        Colour(0xFF7A45),
        Colour(0xBFC7D5), Colour(0x8C9EFF),
    ]

    /// The colour of a face, the same in every frame.
    static func face(_ id: Int) -> Colour { faces[id % faces.count] }

    /// What marks a frame or face of this status.
    static func status(_ status: FrameStatus) -> Colour {
        switch status {
        case .ok, .held: Colour(0x00C08B)
        case .noFace: Colour(0xBFC7D5)
        case .skipped: Colour(0x56B4E9)
        case .dropped: Colour(0xF0E442)
        case .decodeError, .outage: Colour(0xFF5A4F)
        }
    }
}
