import Foundation

/// Names of files that are not UTF-8 text, as older systems and cameras left them. Strings cannot hold their bytes, so
/// they cannot be opened; they are said to be so.
enum FileNames {
    static let problem =
        "its name is not UTF-8 text, so it cannot be opened; rename it, as with convmv -f latin1 -t utf8 --notest"

    /// The first word of the command line that is not UTF-8.
    static var broken: String? {
        for index in 1..<max(Int(CommandLine.argc), 1) {
            guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else {
                continue
            }
            return String(cString: word)
        }
        return nil
    }

    /// Whether a name that a folder gave stands for one that is not UTF-8.
    static func isBroken(_ path: String) -> Bool {
        var info = stat()
        return path.unicodeScalars.contains("\u{FFFD}") && lstat(path, &info) != 0
    }
}
