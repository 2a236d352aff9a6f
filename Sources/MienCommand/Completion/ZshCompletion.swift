/// Completion for zsh, with descriptions.
enum ZshCompletion {
    static func script(_ commands: [any Subcommand.Type]) -> String {
        """
        #compdef mien
        # Completion of mien for zsh, made by 'mien completion zsh'.

        \(commands.map(command).joined(separator: "\n"))
        _mien_commands() {
            local -a commands=(
        \(commands.map { "        " + "\($0.name):\($0.summary.replacing(":", with: "\\:"))".quoted }.joined(separator: "\n"))
            )
            _describe -t commands 'command' commands
        }

        _mien() {
            if ((CURRENT == 2)); then
                _mien_commands
                return
            fi
            local command=$words[2]
            shift words
            ((CURRENT--))
            case $command in
            help) _mien_commands ;;
            *) (($+functions[_mien-$command])) && _mien-$command ;;
            esac
        }

        # Autoloaded it completes at once; sourced it registers itself.
        if [[ $funcstack[1] == _mien ]]; then _mien "$@"; else compdef _mien mien; fi

        """
    }

    private static func command(_ command: any Subcommand.Type) -> String {
        var lines = command.options.map(specification)
        lines.append("'(- *)'{-h,--help}'[explain the command]'")
        if !command.operands.verbs.isEmpty {
            lines.append("':what:(\(command.operands.verbs.joined(separator: " ")))'")
        }
        for (i, kind) in command.operands.files.enumerated() {
            let isLast = i == command.operands.files.count - 1
            let place = isLast && command.operands.repeats ? "*" : ""
            lines.append("\(place):\(kind.rawValue):\(files(kind))".quoted)
        }
        return """
            _mien-\(command.name)() {
                _arguments \\
            \(lines.map { "        " + $0 }.joined(separator: " \\\n"))
            }

            """
    }

    private static func specification(_ option: Option) -> String {
        let help = option.summary.reduce(into: "") { text, character in
            if "[]:\\".contains(character) { text += "\\" }
            text.append(character)
        }
        // `*` lets an option be given again; its spellings exclude each other no more than itself.
        let names = option.names.count == 1 ? option.names[0] : "{\(option.names.joined(separator: ","))}"
        var rest = "[\(help)]"
        if let value = option.value {
            let name = value.reduce(into: "") { $0 += ":[]".contains($1) ? "\\\($1)" : "\($1)" }
            let action =
                option.choices.map { "(\($0.joined(separator: " ")))" } ?? option.file.map(files) ?? " "
            rest += ":\(name):\(action)"
        }
        return option.names.count == 1 ? "*\(names)\(rest)".quoted : "'*'\(names)\(rest.quoted)"
    }

    private static func files(_ kind: FileKind) -> String {
        if kind == .folder { return "_files -/" }
        return kind.endings.map { "_files -g \"(#i)*.(\($0.joined(separator: "|")))(-.)\"" } ?? "_files"
    }
}
