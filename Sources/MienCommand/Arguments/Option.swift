/// One option of a command: what the parser accepts, and what `--help` says of it.
package struct Option: Sendable {
    /// The spellings, the one to look it up by last: `["-o", "--output"]`.
    package let names: [String]
    /// What stands for the value in the help text; nil for a flag.
    package let value: String?
    /// What it does, its unit and its default.
    package let help: String

    package init(_ names: String..., value: String? = nil, help: String) {
        self.names = names
        self.value = value
        self.help = help
    }

    /// The spelling it is looked up by.
    package var key: String { names[names.count - 1] }
}
