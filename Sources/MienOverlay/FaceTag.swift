import MienTimeline

/// The label of a face: its number, its expression and, where there is no panel, its active action units.
struct FaceTag {
    let size: (width: Double, height: Double)
    private let style: Style
    private let id: String
    private let idWidth: Double
    /// Whether what is shown is of an earlier frame: the number is then not filled.
    private let isEarlier: Bool
    private let text: String
    private let units: String?

    /// - Parameters:
    ///   - room: The width it may have; what does not fit is left out.
    ///   - hasUnits: Whether active action units are named.
    ///   - decisions: Which of them are active.
    init(
        _ face: OverlayFace, hasUnits: Bool, decisions: ActionUnitDecisions, room: Double, style: Style,
        painter: Painter
    ) {
        self.style = style
        func width(_ text: String) -> Double { painter.width(of: text, size: style.font, weight: .bold) }
        id = "\(face.id)"
        idWidth = width(id) + 2 * style.gap
        isEarlier = face.showsEarlierScores
        let rest = room - idWidth - 2 * style.gap
        let fitting = Self.texts(of: face).first { width($0) <= rest } ?? ""
        text = fitting
        let units = hasUnits ? Self.units(of: face, decisions) { width($0) <= room - 2 * style.gap } : nil
        self.units = units
        let line = idWidth + (text.isEmpty ? 0 : width(text) + 2 * style.gap)
        size = (
            max(line, units.map { width($0) + 2 * style.gap } ?? 0).rounded(.up),
            style.line * (units == nil ? 1 : 2)
        )
    }

    func draw(in rect: Rect, colour: Colour, with painter: Painter) {
        painter.fill(rect, .ground)
        var line = rect
        line.height = style.line
        line.width = idWidth.rounded(.up)
        if !isEarlier { painter.fill(line, colour) }
        let middle = rect.y + style.line / 2
        painter.write(
            id, x: rect.x + style.gap, middle: middle, size: style.font, weight: .bold,
            isEarlier ? colour : Colour(0x101418))
        painter.write(
            text, x: line.right + style.gap, middle: middle, size: style.font, weight: .bold, .white)
        if let units {
            painter.write(
                units, x: rect.x + style.gap, middle: middle + style.line, size: style.font, weight: .bold,
                .white)
        }
    }

    /// What can be said of the expression, the longest first.
    private static func texts(of face: OverlayFace) -> [String] {
        guard let label = face.label else {
            return [face.status.isSuccess ? "no reading" : face.status.words]
        }
        guard let score = face.expression?[label] else { return [label.name] }
        return ["\(label.name) \(Int((score * 100).rounded()))%", label.name, String(label.name.prefix(3))]
    }

    /// The active action units, as many as fit, the most probable first.
    private static func units(
        of face: OverlayFace, _ decisions: ActionUnitDecisions, fits: (String) -> Bool
    ) -> String? {
        guard let scores = face.actionUnits else { return nil }
        let active = decisions.active(scores).sorted {
            (scores[$0], $1.index) > (scores[$1], $0.index)
        }
        for count in stride(from: active.count, to: 0, by: -1) {
            let named = active.prefix(count).sorted { $0.index < $1.index }.map { "\($0.rawValue)" }
            let text = "AU " + named.joined(separator: " ") + (count < active.count ? "…" : "")
            if fits(text) { return text }
        }
        return nil
    }
}

extension FrameStatus {
    /// The status in words for the viewer.
    var words: String {
        switch self {
        case .ok: "ok"
        case .noFace: "no face"
        case .skipped: "skipped"
        case .held: "held"
        case .dropped: "dropped"
        case .decodeError: "decode error"
        case .outage: "no signal"
        }
    }
}
