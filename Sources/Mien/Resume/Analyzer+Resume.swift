import Foundation
import MienTable

extension Analyzer {
    /// Looks whether ``annotate(_:to:existing:configuration:cancellation:progress:)`` has
    /// nothing left to do: the table at `path` is finished, and its metadata name this version of mien, this
    /// model, these options and this very input. Reads no more than a few pieces of the input.
    ///
    /// - Parameter replacing: Whether a table of another run is to be replaced, instead of being an error.
    /// - Returns: The metadata of the finished table, or nil if there is work to do.
    /// - Throws: ``MienError``.
    public func finishedTable(
        of input: String, at path: String, replacing: Bool = false,
        configuration: Configuration = Configuration()
    ) throws(MienError) -> RunMetadata? {
        let partial = FileSink.partialPath(for: FileSink.target(of: path))
        guard access(path, F_OK) == 0, access(partial, F_OK) != 0 else { return nil }
        let description = try describe(input, configuration: configuration)
        guard description.input.isIdentified else { return nil }
        switch TableFile.finished(path, description, replacing) {
        case .no: return nil
        case .yes(let metadata): return metadata
        case .other(let reason): throw .output(reason)
        }
    }
}
