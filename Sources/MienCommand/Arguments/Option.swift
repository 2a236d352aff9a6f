/// One option of a command: what the parser accepts, and what `--help` says of it.
package struct Option: Sendable {
    /// The spellings, the one to look it up by last: `["-o", "--output"]`.
    package let names: [String]
    /// What stands for the value in the help text; nil for a flag.
    package let value: String?
    /// What it does, its unit and its default.
    package let help: String
    /// The words it takes, or nil if there are no such; those that `value` lists, unless given.
    package let choices: [String]?

    package init(_ names: String..., value: String? = nil, choices: [String]? = nil, help: String) {
        self.names = names
        self.value = value
        self.help = help
        let listed = value?.split(separator: "|").map(String.init).filter {
            $0.allSatisfy { !$0.isUppercase }
        }
        self.choices = choices ?? (listed?.isEmpty == false ? listed : nil)
    }

    /// The words it takes, if it takes no others.
    var onlyChoices: [String]? { choices?.joined(separator: "|") == value ? choices : nil }

    /// The kind of file it takes, which `value` tells: `CLIP`, `TABLE`, `DIR`, `FILE`, or a name with its ending.
    package var file: FileKind? {
        for word in (value ?? "").split(separator: "|") {
            switch word {
            case "CLIP", "VIDEO": return .media
            case "TABLE": return .table
            case "DIR": return .folder
            case "OUT", "FILE", "PATH", "HEADS", "DATA": return .any
            case _ where word.contains(",") || word.contains(":"): continue
            case _ where word.hasSuffix(".csv") && word == value ?? "": return .csv
            case _ where word.hasSuffix(".safetensors"): return .safetensors
            case _ where word.contains("."): return .any
            default: continue
            }
        }
        return nil
    }

    /// What it does in one line, for lists.
    var summary: String {
        let line = help.split(separator: "\n").joined(separator: " ")
        return line.firstRange(of: ". Default").map { String(line[..<$0.lowerBound]) } ?? line
    }

    /// The spelling it is looked up by.
    package var key: String { names[names.count - 1] }
}
