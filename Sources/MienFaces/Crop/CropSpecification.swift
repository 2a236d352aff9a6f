/// What a model's training crops look like, so that the faces it is shown look the same.
package struct CropSpecification: Sendable, Equatable {
    /// What the square is laid around.
    package enum Framing: Sendable, Equatable {
        /// The eyes are `distance` of the side apart, their midpoint at `center`; fractions of the side,
        /// from the upper left corner.
        case eyes(distance: Float, center: Point)
        /// The detector's box, with `fraction` of its longer side added on each of the four sides.
        case margin(_ fraction: Float)
    }

    package var framing: Framing
    /// Whether the square turns with the head, so that the eyes lie level in the crop.
    package var alignsRoll: Bool

    package init(framing: Framing, alignsRoll: Bool) {
        switch framing {
        case .eyes(let distance, let center):
            precondition(distance > 0.01 && distance < 1, "an eye distance of \(distance) of the side")
            precondition(abs(center.x) < 4 && abs(center.y) < 4, "the eyes' midpoint at \(center)")
        case .margin(let fraction):
            precondition(fraction > -0.5 && fraction < 10, "a margin of \(fraction) of the box")
        }
        self.framing = framing
        self.alignsRoll = alignsRoll
    }
}

extension CropSpecification: CustomStringConvertible {
    /// The specification in words.
    package var description: String {
        let turn = alignsRoll ? ", turned with the head" : ", upright"
        return switch framing {
        case .eyes(let distance, let center):
            "eyes \(distance) of the side apart, around (\(center.x), \(center.y))" + turn
        case .margin(let fraction): "the face's box with a margin of \(fraction) on each side" + turn
        }
    }
}
