import Foundation
import MienCore
import MienTable

/// The one file a command writes: there as a whole under its name, or not at all.
struct OutputFile {
    /// Its path, or `-` for standard output.
    let path: String
    private let overwrites: Bool

    /// - Parameters:
    ///   - kind: What is written, if the name's ending is to be checked.
    ///   - inputs: Files that must not be written over.
    init(_ path: String, kind: OutputKind? = nil, overwrites: Bool, inputs: [String]) throws {
        self.path = path
        self.overwrites = overwrites
        guard path != "-" else { return }
        for input in inputs where isSameFile(input, path) {
            throw UsageError("\(path) is an input itself; give another output with -o")
        }
        try kind?.check(path)
        if !overwrites, OutputPlan.isRegularFile(path) {
            throw UsageError("\(path) exists; -y overwrites it")
        }
    }

    /// Calls `body` with where to write to, and puts the file in its place when that has returned.
    func write<Value>(_ body: (any TableSink) throws -> Value) throws -> Value {
        let sink = try TableOutput.sink(for: path, replacing: overwrites)
        do {
            let value = try body(sink)
            try sink.commit()
            return value
        } catch {
            (sink as? FileSink)?.discard()
            throw error
        }
    }
}
