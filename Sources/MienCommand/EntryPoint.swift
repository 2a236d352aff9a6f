import Foundation
import Mien

/// The `mien` command: finds the subcommand, runs it, and turns errors into messages and exit codes.
@main
struct EntryPoint {
    static var subcommands: [any Subcommand.Type] {
        [
            AnnotateCommand.self, StreamCommand.self, CalibrateCommand.self, MergeCommand.self,
            ExportCommand.self,
            ReportCommand.self, PlotCommand.self, OverlayCommand.self, EmbedCommand.self, ImportCommand.self,
            TrainCommand.self,
            EvaluateCommand.self,
            BenchCommand.self, ModelCommand.self, DevicesCommand.self, CompletionCommand.self,
        ]
    }

    static func main() {
        // A reader that goes away (`mien annotate ... -o - | head`) is an error of the write, not a signal.
        signal(SIGPIPE, SIG_IGN)
        // Nor is a limit on the size of files (`ulimit -f`), which is as a full disk.
        signal(SIGXFSZ, SIG_IGN)
        if let word = FileNames.broken {
            Console.say("\(word): \(FileNames.problem)")
            exit(ExitCode.input.rawValue)
        }
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    static func run(_ words: [String]) -> ExitCode {
        guard let verb = words.first else {
            Console.write(overview, to: STDERR_FILENO)
            return .usage
        }
        switch verb {
        case "--help", "-h", "help":
            guard words.count > 1 else {
                Console.print(overview)
                return .done
            }
            guard let command = subcommand(words[1]) else { return .usage }
            Console.print(command.help)
            return .done
        case "--version", "version":
            Console.print("mien \(mienVersion)")
            return .done
        default:
            guard let command = subcommand(verb) else { return .usage }
            return run(command, Array(words.dropFirst()))
        }
    }

    /// The command of that name; says what is wrong if there is none.
    private static func subcommand(_ word: String) -> (any Subcommand.Type)? {
        if let command = subcommands.first(where: { $0.name == word }) { return command }
        let isPath = word.contains { "./".contains($0) } && !word.hasPrefix("-")
        if isPath || FileManager.default.fileExists(atPath: word) {
            let command =
                OutputPlan.isFolder(word)
                ? "annotate \(word) -o tables/"
                : FileKind.media.mismatch(at: word) == nil ? "annotate \(word)" : "report \(word)"
            Console.say("'\(word)' is no command; did you mean 'mien \(command)'?")
        } else {
            let names = subcommands.map { $0.name } + ["help", "version"]
            let hint = Spelling.hint(word, in: names, otherwise: ";")
            Console.say("no command '\(word)'\(hint) 'mien --help' lists them")
        }
        return nil
    }

    private static func run(_ command: any Subcommand.Type, _ words: [String]) -> ExitCode {
        if words.contains("--help") || words.contains("-h") {
            Console.print(command.help)
            return .done
        }
        do {
            let arguments = try Arguments(words, options: command.options)
            try command.operands.check(arguments.operands, of: command.name)
            try command.operands.checkFiles(arguments.operands, of: command.name)
            for option in command.options { try option.checkFile(arguments.string(option.key)) }
            return try command.init(arguments).run()
        } catch let error as UsageError {
            // A question has its answer in it.
            let pointer = "\(error)".hasSuffix("?") ? "" : "; 'mien \(command.name) --help' explains"
            Console.say("\(command.name): \(error)\(pointer)")
            return .usage
        } catch MienError.closedPipe {
            // `| head` has what it wanted.
            return .done
        } catch let error as MienError {
            Console.say("\(error)")
            return ExitCode(error)
        } catch {
            Console.say("\(error)")
            return .input
        }
    }

    static var overview: String {
        var text = """
            mien watches faces in video and writes, frame by frame, the expression and the action units
            each face shows.

            Usage: mien COMMAND ...        'mien COMMAND --help' explains a command

            Commands:

            """
        for command in subcommands {
            text +=
                "  " + command.name.padding(toLength: 12, withPad: " ", startingAt: 0) + command.summary
                + "\n"
        }
        text += """

            Start with:
              mien annotate clip.mp4         writes clip.csv, one row for every frame and face

            Exit status: 0 done, 1 usage, 2 input or output, 3 model, 4 some of the inputs failed,
            130 interrupted (--resume goes on).

            """
        return text
    }
}

extension ExitCode {
    /// The exit code that goes with an error.
    init(_ error: MienError) {
        switch error {
        case .configuration: self = .usage
        case .closedPipe: self = .done
        case .input, .output: self = .input
        case .model: self = .model
        }
    }
}
