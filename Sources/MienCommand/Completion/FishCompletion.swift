/// Completion for fish, with descriptions.
enum FishCompletion {
    static func script(_ commands: [any Subcommand.Type]) -> String {
        """
        # Completion of mien for fish, made by 'mien completion fish'.

        complete -c mien -f
        complete -c mien -n __fish_use_subcommand -l version -d 'the version of mien'
        complete -c mien -s h -l help -d 'explain mien, or the command'
        complete -c mien -n '__fish_seen_subcommand_from help' -a '\(commands.map { $0.name }.joined(separator: " "))'
        \(commands.map(command).joined(separator: "\n"))

        """
    }

    private static func command(_ command: any Subcommand.Type) -> String {
        let start = "complete -c mien -n '__fish_seen_subcommand_from \(command.name)'"
        var lines = [
            "complete -c mien -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))"
        ]
        lines += command.options.map { option in
            let names = option.names.map { name in
                name.hasPrefix("--")
                    ? "-l \(name.dropFirst(2))"
                    : name.count == 2 ? "-s \(name.dropFirst())" : "-o \(name.dropFirst())"
            }
            return "\(start) \(names.joined(separator: " ")) -d \(quoted(option.summary))\(value(of: option))"
        }
        let verbs = command.operands.verbs
        if !verbs.isEmpty {
            lines.append(
                "complete -c mien -n '__fish_seen_subcommand_from \(command.name); and not "
                    + "__fish_seen_subcommand_from \(verbs.joined(separator: " "))' -a '\(verbs.joined(separator: " "))'"
            )
        }
        let then = verbs.isEmpty ? "" : "; and __fish_seen_subcommand_from \(verbs.joined(separator: " "))"
        for kind in command.operands.files {
            let condition = "'__fish_seen_subcommand_from \(command.name)\(then)'"
            lines.append("complete -c mien -n \(condition)\(files(kind, isOperand: true))")
        }
        return lines.joined(separator: "\n")
    }

    private static func value(of option: Option) -> String {
        guard option.value != nil else { return "" }
        if let choices = option.choices { return " -x -a '\(choices.joined(separator: " "))'" }
        return option.file.map { files($0, isOperand: false) } ?? " -x"
    }

    private static func files(_ kind: FileKind, isOperand: Bool) -> String {
        if kind == .folder { return " -x -a '(__fish_complete_directories)'" }
        guard let endings = kind.endings else { return isOperand ? " -F" : " -r -F" }
        let suffixes = endings.map { "(__fish_complete_suffix .\($0))" }
        // That one lists all files, those with the ending first; with many endings nothing is gained by it.
        return endings.count == 1 ? " -k -x -a '\(suffixes[0])'" : isOperand ? " -F" : " -r -F"
    }

    /// In single quotes, in which fish knows two escapes.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
