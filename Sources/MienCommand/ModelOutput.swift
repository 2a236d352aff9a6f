import Foundation

/// The model folder that a command makes out of another.
struct ModelOutput {
    let path: String
    let overwrites: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard let path = arguments.string("--output") else { throw UsageError("no output given: -o DIR") }
        self.path = path
        overwrites = arguments.has("-y")
    }

    /// Checks that the folder may be written to, and is not the one that is read.
    ///
    /// - Parameter kind: What messages call the other.
    func check(against source: String, kind: String) throws(UsageError) {
        guard !FileManager.default.fileExists(atPath: path) || overwrites else {
            throw UsageError("\(path) exists; -y writes into it")
        }
        func resolved(_ path: String) -> String {
            URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        }
        if resolved(path) == resolved(source) {
            throw UsageError("-o \(path): is the \(kind) folder itself, expected another")
        }
    }
}
