/// What the command's exit status says.
enum ExitCode: Int32 {
    case done = 0
    /// The command line was wrong, or asked for something refused.
    case usage = 1
    /// An input could not be read, or an output not be written.
    case input = 2
    /// The model could not be loaded.
    case model = 3
    /// Some of several inputs failed.
    case partial = 4
    /// Stopped by a signal; named after SIGINT (128 + 2).
    case interrupted = 130
}
