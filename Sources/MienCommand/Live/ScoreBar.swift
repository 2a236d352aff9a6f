/// A bar of character cells, filled from the left by eighths of a cell where the terminal can show them.
package struct ScoreBar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    package let width: Int
    package let style: TerminalStyle

    package init(width: Int, style: TerminalStyle) {
        self.width = width
        self.style = style
    }

    /// The cells filled by a score of 0...1; a score that is not, or nil, fills none.
    package func filled(_ score: Float?) -> String {
        guard let score, 0...1 ~= score else { return "" }
        let eighths = Int((score * Float(width * 8)).rounded())
        guard style.hasUnicode else {
            return String(repeating: "#", count: (eighths + 4) / 8)
        }
        return String(repeating: "█", count: eighths / 8) + Self.eighths[eighths % 8]
    }

    /// The cells of an empty bar.
    package var track: String { String(repeating: style.hasUnicode ? "·" : ".", count: width) }
}
