/// One verb of the command: `mien annotate`, `mien embed`, ...
protocol Subcommand {
    /// The word that calls it.
    static var name: String { get }
    /// A line for the list of commands.
    static var summary: String { get }
    /// How it is called, below `mien NAME`, and what it does: the first part of its help.
    static var usage: String { get }
    static var options: [Option] { get }
    /// What it takes besides.
    static var operands: Operands { get }

    /// Checks what was asked for. Nothing is read or written before this has returned.
    init(_ arguments: Arguments) throws

    func run() throws -> ExitCode
}

extension Subcommand {
    /// The text of `mien NAME --help`.
    static var help: String {
        var text = "Usage: mien \(name) \(usage)\n\nOptions:\n"
        let rows = options.map { option in
            (option.names.joined(separator: ", ") + (option.value.map { " \($0)" } ?? ""), option.help)
        }
        let indent = 28
        for (left, right) in rows {
            let lines = right.split(separator: "\n", omittingEmptySubsequences: false)
            let padding = String(repeating: " ", count: max(2, indent - 2 - left.count))
            text +=
                "  " + left
                + (left.count + 4 > indent ? "\n" + String(repeating: " ", count: indent) : padding)
            text += lines.joined(separator: "\n" + String(repeating: " ", count: indent)) + "\n"
        }
        return text
    }
}
