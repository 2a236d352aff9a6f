import Mien

/// What is done with each clip, and what is done about tables that are there.
struct ClipAnnotation: Sendable {
    let analyzer: Analyzer
    let configuration: Configuration
    /// Whether tables that are there may be replaced.
    let overwrites: Bool
    /// Whether interrupted runs are continued, and finished tables left as they are.
    let resumes: Bool

    /// What came of one clip.
    enum Outcome {
        case run(AnalysisRun)
        /// An earlier run had finished the very table.
        case finishedBefore(RunMetadata)

        /// Why the input ended before its end, if it did.
        var endedEarly: String? {
            switch self {
            case .run(let run): run.endedEarly
            case .finishedBefore(let metadata): metadata.endedEarly
            }
        }
    }

    func callAsFunction(
        _ input: String, to table: String, cancellation: Cancellation, progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> Outcome {
        if let metadata = try finished(input, table) { return .finishedBefore(metadata) }
        do {
            return .run(
                try analyzer.annotate(
                    input, to: table == "-" ? .standardOutput : .file(table), replacing: overwrites,
                    resuming: resumes, configuration: configuration, cancellation: cancellation,
                    progress: progress))
        } catch {
            // Another run may have finished it between our look and our claim.
            if let metadata = try? finished(input, table) { return .finishedBefore(metadata) }
            throw error
        }
    }

    private func finished(_ input: String, _ table: String) throws(MienError) -> RunMetadata? {
        guard resumes, table != "-" else { return nil }
        return try analyzer.finishedTable(
            of: input, at: table, replacing: overwrites, configuration: configuration)
    }
}
