import Foundation

/// The frame's number and time, and its status where that says why readings are missing, in the top left corner.
struct Caption {
    /// Where it lies; nil if there is nothing to say.
    let rect: Rect?
    private let style: Style
    private let text: String
    private let status: (text: String, colour: Colour)?
    private let textWidth: Double

    init(_ frame: OverlayFrame, style: Style, painter: Painter) {
        self.style = style
        switch frame.status {
        case .ok, .held: status = nil
        // Each face says it for itself.
        case .dropped where !frame.faces.isEmpty: status = nil
        case let known?: status = (known.words, .status(known))
        case nil: status = ("not in the table", Colour(0xFF9AE0))
        }
        text = style.showsCaption ? String(format: "%d   %.3f s", frame.number, frame.timestamp) : ""
        // Digits are of one width, so that the ground does not change with them.
        textWidth = text.isEmpty ? 0 : painter.width(of: text, size: style.font) + 2 * style.gap
        let statusWidth =
            status.map { painter.width(of: $0.text, size: style.font, weight: .bold) + 2 * style.gap } ?? 0
        let width = (textWidth + statusWidth).rounded(.up)
        rect = width > 0 ? Rect(x: 0, y: 0, width: width, height: style.line + style.gap) : nil
    }

    func draw(with painter: Painter) {
        guard let rect else { return }
        painter.fill(rect, .ground)
        let middle = rect.y + rect.height / 2
        painter.write(text, x: style.gap, middle: middle, size: style.font, .white)
        if let status {
            painter.write(
                status.text, x: textWidth + style.gap, middle: middle, size: style.font, weight: .bold,
                status.colour)
        }
    }
}
