/// `mien completion`: the script with which a shell completes the command line.
struct CompletionCommand: Subcommand {
    static let name = "completion"
    static let summary = "the script for completion in bash, zsh or fish"
    static let usage = """
        bash|zsh|fish

        Prints the script with which the shell completes commands, options, their values and file names.
        tools/install puts all three in their places. To use one without it:

          mien completion bash > ~/.local/share/bash-completion/completions/mien
          mien completion zsh > ~/.zfunc/_mien          with fpath+=~/.zfunc before compinit in ~/.zshrc
          mien completion fish > ~/.config/fish/completions/mien.fish
        """
    static let options: [Option] = []
    static let operands = Operands(verbs: Shell.allCases.map(\.rawValue))

    package enum Shell: String, CaseIterable, Sendable { case bash, zsh, fish }

    private let shell: Shell

    init(_ arguments: Arguments) throws {
        guard let shell = arguments.operands.first.flatMap(Shell.init), arguments.operands.count == 1 else {
            throw UsageError("expected one shell: \(Shell.allCases.map(\.rawValue).alternatives)")
        }
        self.shell = shell
    }

    func run() throws -> ExitCode {
        let script =
            switch shell {
            case .bash: BashCompletion.script(EntryPoint.subcommands)
            case .zsh: ZshCompletion.script(EntryPoint.subcommands)
            case .fish: FishCompletion.script(EntryPoint.subcommands)
            }
        Console.print(script)
        return .done
    }
}

extension String {
    /// The text in single quotes, as all three shells read it.
    var quoted: String { "'" + replacing("'", with: "'\\''") + "'" }
}
