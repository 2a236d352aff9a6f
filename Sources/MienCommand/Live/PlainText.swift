/// Text from outside (file names, addresses, messages of drivers) made safe for a terminal: one cell a character.
package enum PlainText {
    /// `text` without control characters, and with what may be wider or narrower than one cell, or what the terminal
    /// cannot show, as `?`; no more than `width` cells, with its end kept and dots where its middle was.
    package static func cells(_ text: String, width: Int, _ style: TerminalStyle) -> String {
        let characters = text.compactMap { character -> Character? in
            guard let scalar = character.unicodeScalars.first else { return nil }
            if character.unicodeScalars.allSatisfy({ isControl($0) }) { return nil }
            let isAlone = character.unicodeScalars.count == 1
            return isAlone && isNarrow(scalar, style) ? character : "?"
        }
        guard characters.count > width else { return String(characters) }
        let dots = style.hasUnicode ? "…" : ".."
        guard width > dots.count + 4 else { return String(characters.prefix(max(width, 0))) }
        // An address begins, and a file name ends, with what tells it apart.
        let kept = width - dots.count
        return String(characters.prefix(kept / 3)) + dots + String(characters.suffix(kept - kept / 3))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// Whether every terminal gives the character one cell: ASCII, and Latin, Greek and Cyrillic letters. Others may
    /// take two, or none.
    private static func isNarrow(_ scalar: Unicode.Scalar, _ style: TerminalStyle) -> Bool {
        if 0x20..<0x7F ~= scalar.value { return true }
        return style.hasUnicode && 0xA1..<0x530 ~= scalar.value && !(0x300..<0x370 ~= scalar.value)
            && !(0x483..<0x48A ~= scalar.value) && scalar.value != 0xAD
    }
}
