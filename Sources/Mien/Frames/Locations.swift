import Foundation
import MienCore
import MienTimeline

/// The same by URL.
extension Analyzer {
    /// The rows of a file's or an address's video, as those of a path.
    public func readings(of input: URL, configuration: Configuration = Configuration()) -> Readings {
        readings(of: input.location, configuration: configuration)
    }

    /// The rows of a live source, as those of its name.
    public func readings(
        following source: URL, configuration: LiveConfiguration = LiveConfiguration()
    ) -> Readings {
        readings(following: source.location, configuration: configuration)
    }

    /// Analyses a video and calls `deliver` with each row, as for a path.
    @discardableResult
    public func analyze(
        _ input: URL, configuration: Configuration = Configuration(),
        cancellation: Cancellation = Cancellation(), progress: ((Int, Int?) -> Void)? = nil,
        deliver: (FaceReading) throws -> Void
    ) throws -> AnalysisRun {
        try analyze(
            input.location, configuration: configuration, cancellation: cancellation, progress: progress,
            deliver: deliver)
    }

    /// Analyses a video and writes its table, and the metadata of the run beside it, as for a path.
    @discardableResult
    public func annotate(
        _ input: URL, to table: URL, existing: ExistingTable = .refuse,
        configuration: Configuration = Configuration(), cancellation: Cancellation = Cancellation(),
        progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> AnalysisRun {
        guard table.isFileURL else { throw .output("\(table.absoluteString): expected a file's URL") }
        return try annotate(
            input.location, to: .file(table.path), existing: existing,
            configuration: configuration, cancellation: cancellation, progress: progress)
    }
}

extension Model {
    /// Loads the model of a folder, as by its path.
    public convenience init(
        folder: URL, threads: Int? = nil, precision: Precision? = nil
    ) throws(MienError) {
        guard folder.isFileURL else { throw .model("\(folder.absoluteString): expected a folder's URL") }
        try self.init(folder: folder.path, threads: threads, precision: precision)
    }
}

extension URL {
    /// What FFmpeg opens: a file by its path, anything else by its address.
    fileprivate var location: String { isFileURL ? path : absoluteString }
}
