import Mien
import MienExport
import MienTimeline

/// One `FORMAT[:FILE]` of the command line.
package struct ExportRequest: Equatable {
    /// The word for the table itself, which `annotate` accepts for completeness.
    static let nativeWord = "native"

    package let format: ExportFormat
    /// A file, a folder with its slash, `-`, or nil for a name made from the table's.
    package let file: String?

    /// Reads what `option` was given; nil if it is the table itself that is asked for.
    package init?(_ text: String, option: String) throws(UsageError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let word = String(parts[0])
        let file = parts.count == 2 ? String(parts[1]) : nil
        if file?.isEmpty == true { throw UsageError("\(option) \(text): expected a file after the colon") }
        if word == Self.nativeWord, option == "-F" {
            guard file == nil else {
                throw UsageError("\(option) \(text): the table is always written; -o says where")
            }
            return nil
        }
        if word == "parquet" {
            throw UsageError(
                "\(option) \(text): mien does not write Parquet; make it of the table in one line: "
                    + "duckdb -c \"COPY (FROM 'clip.csv') TO 'clip.parquet'\" (docs/exports.md has it for Python)"
            )
        }
        guard let format = ExportFormat(rawValue: word) else {
            let words = ExportFormat.allCases.map(\.rawValue)
            let hint = Spelling.hint(word, in: words, otherwise: ":")
            throw UsageError(
                "\(option) \(text)\(hint) expected \(words.alternatives), and after a colon a file"
            )
        }
        self.format = format
        self.file = file
    }

    /// Reads all values of an option.
    static func requests(_ arguments: Arguments, _ option: String) throws(UsageError) -> [ExportRequest] {
        var requests: [ExportRequest] = []
        for text in arguments.strings(option) {
            if let request = try ExportRequest(text, option: option) { requests.append(request) }
        }
        return requests
    }
}
