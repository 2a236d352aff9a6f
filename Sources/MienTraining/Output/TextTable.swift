import Foundation

/// A table for the terminal: the first column flush left, numbers flush right.
package struct TextTable: Sendable {
    package let columns: [String]
    package private(set) var rows: [[String]] = []

    package init(columns: [String]) {
        self.columns = columns
    }

    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells do not fit \(columns.count) columns")
        rows.append(cells)
    }

    /// The table as lines of text, each ended by a line feed.
    package var text: String {
        let widths = columns.indices.map { column in
            ([columns] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([columns] + rows).map { cells in
            let padded = cells.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 0 ? cells[column] + padding : padding + cells[column]
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    /// The table as CSV.
    package var csv: String {
        ([columns] + rows).map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    /// A number with so many decimals; "-" if there is none.
    package static func fixed(_ value: Double?, _ decimals: Int = 3) -> String {
        guard let value, value.isFinite else { return "-" }
        return String(format: "%.\(decimals)f", value)
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
        return "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
