import Mien

/// What a command takes besides its options.
package struct Operands: Sendable {
    /// The words of which the first operand must be one, as in `mien bench encoder`.
    package var verbs: [String] = []
    /// The kind of each file, in their order.
    package var files: [FileKind] = []
    /// Whether the last of them may be repeated.
    package var repeats = false

    /// Throws if the first of `operands` is none of the verbs.
    func check(_ operands: [String], of command: String) throws(UsageError) {
        guard !verbs.isEmpty, let word = operands.first, !verbs.contains(word) else { return }
        let hint = Spelling.hint(word, in: verbs, otherwise: ":")
        throw UsageError("'\(word)' is not known\(hint) expected \(verbs.alternatives)")
    }

    /// Throws if a file is a table where a video belongs, or the reverse. Of several inputs that are worked through one
    /// by one, each is for itself.
    func checkFiles(_ operands: [String], of command: String) throws(MienError) {
        let paths = Array(operands.dropFirst(verbs.isEmpty ? 0 : 1))
        guard paths.count <= files.count else { return }
        for (path, kind) in zip(paths, files) {
            guard let found = kind.mismatch(at: path) else { continue }
            if kind == .table, files.count == 2, paths.count == 2,
                files[1].mismatch(at: paths[1]) == "a table"
            {
                throw .input("the table comes first: mien \(command) \(paths[1]) \(paths[0])")
            }
            throw .input(
                kind == .table
                    ? "\(path) is \(found); 'mien \(command)' takes a table, and 'mien annotate \(path)' makes one"
                    : "\(path) is a table; 'mien \(command)' takes the video or image it was made from")
        }
    }
}

extension Option {
    /// Throws if the file that was given is a table where a video belongs, or the reverse.
    func checkFile(_ path: String?) throws(MienError) {
        guard let path, let found = file?.mismatch(at: path) else { return }
        let expected = file == .table ? "a table" : "a video or an image"
        throw .input("\(key) \(path): it is \(found); expected \(expected)")
    }
}
