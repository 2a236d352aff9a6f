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
    /// Stopped by SIGINT (128 + 2): what was in flight has been written.
    case interrupted = 130
}
