import MienTimeline

/// A face's scores as bars: eight expressions and twelve action units, with names and per cent.
struct FacePanel {
    /// How the two groups of bars lie: one above the other, or side by side.
    enum Shape: Hashable, Sendable { case tall, wide }

    private let style: Style
    private let decisions: ActionUnitDecisions
    private let expressionName: Double
    private let unitName: Double
    private let value: Double
    private let bar: Double
    private let unitBar: Double

    /// Measures names with `painter`.
    init(style: Style, decisions: ActionUnitDecisions, painter: Painter) {
        self.style = style
        self.decisions = decisions
        func widest(_ names: [String]) -> Double {
            names.map { painter.width(of: $0, size: style.font, weight: .bold) }.max() ?? 0
        }
        expressionName = widest(FacialExpression.allCases.map(\.name))
        unitName = widest(ActionUnit.allCases.map(decisions.name))
        value = painter.width(of: "100", size: style.font, weight: .bold)
        let least = 3 * style.font
        let room = expressionName + value + 2 * style.gap + 4.5 * style.font
        unitBar = max(least, ((room - 3 * style.gap) / 2 - unitName - value - 2 * style.gap).rounded())
        // Both groups are as wide as the wider one.
        bar =
            2 * (unitName + unitBar + value + 2 * style.gap) + 3 * style.gap - expressionName - value - 2
            * style.gap
    }

    private var expressionWidth: Double { expressionName + bar + value + 2 * style.gap }
    private var unitWidth: Double { unitName + unitBar + value + 2 * style.gap }

    /// The size of a panel in pixels.
    func size(_ shape: Shape) -> (width: Double, height: Double) {
        let edge = 2 * style.gap
        switch shape {
        case .tall: return (expressionWidth + 2 * edge, 14 * style.line + style.gap + 2 * edge)
        case .wide: return (2 * expressionWidth + 6 * style.gap + 2 * edge, 8 * style.line + 2 * edge)
        }
    }

    func draw(_ face: OverlayFace, shape: Shape, in rect: Rect, colour: Colour, with painter: Painter) {
        painter.fill(rect, .ground, radius: style.radius)
        painter.fill(
            Rect(x: rect.x, y: rect.y, width: max(2, style.stroke * 1.5), height: rect.height), colour)
        let inner = rect.inset(2 * style.gap)
        if let scores = face.expression {
            for expression in FacialExpression.allCases {
                let middle = inner.y + (Double(expression.rawValue) + 0.5) * style.line
                row(
                    expression.name, name: expressionName, bar: bar, score: scores[expression],
                    isStrong: expression == face.label, x: inner.x, middle: middle, colour: colour, painter)
            }
        }
        guard let scores = face.actionUnits else { return }
        let left = shape == .wide ? inner.x + expressionWidth + 6 * style.gap : inner.x
        let top = shape == .wide ? inner.y + style.line : inner.y + 8 * style.line + style.gap
        for (index, unit) in ActionUnit.allCases.enumerated() {
            let x = left + (index < 6 ? 0 : unitWidth + 3 * style.gap)
            let middle = top + (Double(index % 6) + 0.5) * style.line
            row(
                decisions.name(of: unit), name: unitName, bar: unitBar, score: scores[unit],
                isStrong: decisions.isActive(unit, scores[unit]),
                x: x,
                middle: middle, colour: colour, painter)
        }
    }

    private func row(
        _ text: String, name: Double, bar: Double, score: Float, isStrong: Bool, x: Double, middle: Double,
        colour: Colour, _ painter: Painter
    ) {
        let ink = isStrong ? Colour.white : Colour(0xFFFFFF, alpha: 0.78)
        let weight = isStrong ? Painter.Weight.bold : .normal
        painter.write(text, x: x, middle: middle, size: style.font, weight: weight, ink)
        let height = max(3, (style.font * 0.55).rounded())
        var track = Rect(
            x: (x + name + style.gap).rounded(), y: (middle - height / 2).rounded(), width: bar.rounded(),
            height: height)
        painter.fill(track, Colour(0xFFFFFF, alpha: 0.2))
        track.width *= Double(max(0, min(score, 1)))
        painter.fill(track, isStrong ? colour : Colour(0xFFFFFF, alpha: 0.6))
        let number = "\(Int((score * 100).rounded()))"
        let width = painter.width(of: number, size: style.font, weight: weight)
        painter.write(
            number, x: x + name + bar + 2 * style.gap + value - width, middle: middle, size: style.font,
            weight: weight,
            ink)
    }
}
