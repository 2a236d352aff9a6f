/// Completion for bash 4 and later, without the package bash-completion.
enum BashCompletion {
    static func script(_ commands: [any Subcommand.Type]) -> String {
        """
        # Completion of mien for bash, made by 'mien completion bash'.

        # _mien_files ENDINGS: folders and the files with one of these endings (a|b), or all.
        _mien_files() {
            local IFS=$'\\n' path
            compopt -o filenames 2>/dev/null
            while read -r path; do
                if [[ -d $path || -z $1 || ${path,,} =~ \\.($1)$ ]]; then COMPREPLY+=("$path"); fi
            done < <(compgen -f -- "$cur")
        }

        _mien_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }

        _mien() {
            local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
            COMPREPLY=()
            # --option=value comes as three words.
            if [[ $cur == "=" ]]; then cur=
            elif [[ $previous == "=" ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}
            fi
            if ((COMP_CWORD == 1)); then
                _mien_words "\((commands.map { $0.name } + ["help"]).joined(separator: " ")) --help --version"
                return
            fi
            case ${COMP_WORDS[1]} in
            help) _mien_words "\(commands.map { $0.name }.joined(separator: " "))" ;;
        \(commands.map(command).joined(separator: "\n"))
            esac
        }

        complete -F _mien mien

        """
    }

    private static func command(_ command: any Subcommand.Type) -> String {
        let names = command.options.flatMap(\.names) + ["--help"]
        let values = command.options.filter { $0.value != nil }.map { option in
            "        \(option.names.joined(separator: "|"))) \(value(of: option)) ;;"
        }
        let verbs = command.operands.verbs
        let file = command.operands.files.isEmpty ? ":" : files(command.operands.files)
        let operand =
            verbs.isEmpty
            ? file
            : "if ((COMP_CWORD == 2)); then _mien_words \"\(verbs.joined(separator: " "))\"; else \(file); fi"
        return """
                \(command.name))
                    case $previous in
            \(values.joined(separator: "\n").indented)
                    *)
                        if [[ $cur == -* ]]; then _mien_words "\(names.joined(separator: " "))"
                        else \(operand); fi ;;
                    esac ;;
            """
    }

    private static func value(of option: Option) -> String {
        if let choices = option.choices { return "_mien_words \"\(choices.joined(separator: " "))\"" }
        return option.file.map { files([$0]) } ?? ":"
    }

    /// One list for all operands of a command: which of them the cursor is on is not worth counting options for.
    private static func files(_ kinds: [FileKind]) -> String {
        if kinds == [.folder] {
            return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")"
        }
        let endings = kinds.allSatisfy { $0.endings != nil } ? kinds.flatMap { $0.endings! } : []
        return "_mien_files '\(endings.joined(separator: "|"))'"
    }
}

extension String {
    fileprivate var indented: String {
        split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    }
}
