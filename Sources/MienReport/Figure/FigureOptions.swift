/// What a figure shows, and how large.
package struct FigureOptions: Sendable, Equatable {
    /// How expressions are drawn.
    package enum Expressions: String, Sendable, CaseIterable {
        case stacked, curves, both, none
    }

    /// The face, by its number; nil for the one with the most rows.
    package var face: Int?
    /// Where to start, in seconds from the first frame; nil for the beginning.
    package var start: Double?
    /// How much to show, in seconds; nil for all that follows.
    package var duration: Double?
    /// Whether the smoothed columns are drawn, or the raw ones.
    package var isSmoothed = true
    package var expressions = Expressions.stacked
    /// Whether there is a heat map of the action units.
    package var showsUnits = true
    /// A heading; nil for none, as papers want it.
    package var title: String?
    /// The width in millimetres; the height follows.
    package var width = 170.0
    /// Pixels to the inch of a PNG.
    package var resolution = 300.0

    package init() {}
}
