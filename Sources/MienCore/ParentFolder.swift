import Foundation

extension String {
    /// The folder of the file this path names, or nothing if it names none.
    package var parentFolder: String {
        // Foundation on Linux crashes on a relative path of a single character.
        guard count > 1 else { return self == "/" ? "/" : "" }
        return (self as NSString).deletingLastPathComponent
    }
}
