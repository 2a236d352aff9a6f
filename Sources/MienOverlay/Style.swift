/// The sizes of everything drawn, from the size of the picture.
///
/// Text grows with the picture, though less than in proportion: 8 pixels is the least that can be read, and a large
/// picture is also looked at in more detail.
package struct Style: Equatable, Sendable {
    /// The font's size.
    package let font: Double
    /// The height of a line of text.
    package let line: Double
    /// The distance between things, and of text from the edge of its ground.
    package let gap: Double
    /// The width of the lines around faces, a whole number.
    package let stroke: Double
    /// The radius of rounded corners.
    package let radius: Double
    /// Whether there is room for the frame's number and time.
    package let showsCaption: Bool

    package init(width: Int, height: Int) {
        let side = Double(min(width, height))
        font = max(8, (5 + side / 56).rounded())
        line = (font * 1.3).rounded()
        gap = max(1, (font * 0.4).rounded())
        stroke = max(1, (font / 7).rounded())
        radius = side < 120 ? 0 : font * 0.3
        showsCaption = side >= 160
    }
}
