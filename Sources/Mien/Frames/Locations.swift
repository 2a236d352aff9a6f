import Foundation
import MienCore
import MienTimeline

/// The same by URL.
extension Analyzer {
    /// See ``readings(of:configuration:)-(String,_)``.
    public func readings(of input: URL, configuration: Configuration = Configuration()) -> Readings {
        readings(of: input.location, configuration: configuration)
    }

    /// See ``readings(following:configuration:)-(String,_)``.
    public func readings(
        following source: URL, configuration: LiveConfiguration = LiveConfiguration()
    ) -> Readings {
        readings(following: source.location, configuration: configuration)
    }

    /// See ``analyze(_:configuration:cancellation:progress:deliver:)-(String,_,_,_,_)``.
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

    /// Writes the table of a video and its metadata; see
    /// ``annotate(_:to:replacing:resuming:configuration:cancellation:progress:)``.
    @discardableResult
    public func annotate(
        _ input: URL, to table: URL, replacing: Bool = false, resuming: Bool = false,
        configuration: Configuration = Configuration(), cancellation: Cancellation = Cancellation(),
        progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> AnalysisRun {
        guard table.isFileURL else { throw .output("\(table.absoluteString): expected a file's URL") }
        return try annotate(
            input.location, to: .file(table.path), replacing: replacing, resuming: resuming,
            configuration: configuration, cancellation: cancellation, progress: progress)
    }
}

extension Model {
    /// See ``init(folder:threads:precision:)``.
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
