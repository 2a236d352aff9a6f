/// One line of a terminal of so many columns: text is put in cells, what does not fit is left out, and colours
/// take no cells.
struct TerminalLine {
    /// How a cell looks.
    enum Ink: Equatable {
        case plain
        case bold
        case dim
        case good
        case warning
        case bad
        /// One of six colours that tell faces apart.
        case face(Int)

        /// The parameters of `ESC [ ... m`.
        var codes: String {
            switch self {
            case .plain: "0"
            case .bold: "0;1"
            case .dim: "0;2"
            case .good: "0;32"
            case .warning: "0;1;33"
            case .bad: "0;1;31"
            case .face(let id): "0;\([36, 33, 35, 32, 34, 31][((id % 6) + 6) % 6])"
            }
        }
    }

    private var cells: [(character: Character, ink: Ink)]

    /// An empty line.
    init(columns: Int) {
        cells = Array(repeating: (" ", .plain), count: max(columns, 0))
    }

    var columns: Int { cells.count }

    /// Puts `text`, every character of it one cell wide, from `column` on, and not beyond `end` or the line's own.
    ///
    /// - Returns: The column after it.
    @discardableResult
    mutating func put(_ text: String, at column: Int, upTo end: Int = .max, _ ink: Ink = .plain) -> Int {
        var place = column
        for character in text {
            guard place < min(end, cells.count) else { break }
            if place >= 0 { cells[place] = (character, ink) }
            place += 1
        }
        return place
    }

    /// Puts `text` so that it ends before `end`.
    mutating func put(_ text: String, before end: Int, _ ink: Ink = .plain) {
        put(text, at: end - text.count, upTo: end, ink)
    }

    /// Copies another line into this one, from `column` on.
    mutating func put(_ line: TerminalLine, at column: Int) {
        for (offset, cell) in line.cells.enumerated() where cells.indices.contains(column + offset) {
            cells[column + offset] = cell
        }
    }

    /// The line as text of exactly ``columns`` characters, besides the escape sequences of colours.
    func text(coloured: Bool) -> String {
        guard coloured else { return String(cells.map(\.character)) }
        var text = ""
        var ink = Ink.plain
        for cell in cells {
            if cell.ink != ink {
                text += "\u{1B}[\(cell.ink.codes)m"
                ink = cell.ink
            }
            text.append(cell.character)
        }
        return ink == .plain ? text : text + "\u{1B}[0m"
    }
}
