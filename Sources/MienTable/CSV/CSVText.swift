/// Comma-separated values (RFC 4180).
package enum CSVText {
    /// The text as a cell: in quotes if it needs them.
    ///
    /// By scalars: a comma or a quote with a combining mark behind it is another character of a string, and still ends a
    /// cell.
    package static func cell(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.contains(where: { $0 == "," || $0 == "\"" || Character($0).isNewline }) else {
            return text
        }
        var cell = "\""
        for scalar in scalars {
            if scalar == "\"" { cell.unicodeScalars.append(scalar) }
            cell.unicodeScalars.append(scalar)
        }
        cell.unicodeScalars.append("\"")
        return cell
    }
}
