import Foundation
import Mien
import MienCore

/// What is done with each clip, and what is done about tables that are there.
struct ClipAnnotation: Sendable {
    let analyzer: Analyzer
    let configuration: Configuration
    /// Whether the points of all meshes are kept beside each table.
    let keepsLandmarks: Bool
    /// The choice for tables that are there. Where rows are continued, finished tables are left as they are.
    let existing: ExistingTable

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
        var configuration = configuration
        if keepsLandmarks { configuration.geometry?.landmarks = try landmarks(of: table) }
        do {
            return .run(
                try analyzer.annotate(
                    input, to: table == "-" ? .standardOutput : .file(table), existing: existing,
                    configuration: configuration, cancellation: cancellation,
                    progress: progress))
        } catch {
            // Another run may have finished it between our look and our claim.
            if let metadata = try? finished(input, table) { return .finishedBefore(metadata) }
            throw error
        }
    }

    /// The file of a table's landmarks.
    private func landmarks(of table: String) throws(MienError) -> String {
        guard table != "-" else {
            throw .output("--landmarks: the points lie beside a table; expected -o OUT.csv")
        }
        let path = (table as NSString).deletingPathExtension + ".landmarks.safetensors"
        guard existing != .refuse || access(path, F_OK) != 0 else {
            throw .output("\(path) exists; -y overwrites it")
        }
        return path
    }

    /// Whether an input is worth trying as one of many still images: by its name, and because nothing is there that
    /// its run would have to go on from.
    func mayBeStill(_ input: String, table: String) -> Bool {
        ClipFinder.imageEndings.contains((input as NSString).pathExtension.lowercased())
            && configuration.baseline == nil && !keepsLandmarks
            && access(FileSink.partialPath(for: table), F_OK) != 0
    }

    /// Annotates still images together.
    ///
    /// - Returns: Of each what became of it; nil where it has to be annotated as a clip of its own.
    func callAsFunction(
        stills: [(input: String, table: String)], cancellation: Cancellation
    ) throws(MienError) -> [Result<Outcome, MienError>?] {
        var results = [Result<Outcome, MienError>?](repeating: nil, count: stills.count)
        for (index, still) in stills.enumerated() {
            do {
                results[index] = try finished(still.input, still.table).map { .success(.finishedBefore($0)) }
            } catch {
                results[index] = .failure(error)
            }
        }
        let open = stills.indices.filter { results[$0] == nil }
        try analyzer.annotate(
            stills: open.map { stills[$0].input }, to: open.map { stills[$0].table },
            replacing: existing != .refuse, configuration: configuration, cancellation: cancellation
        ) { index, result in
            results[open[index]] = result.map { .run($0) }
        }
        return results
    }

    private func finished(_ input: String, _ table: String) throws(MienError) -> RunMetadata? {
        guard existing.isResumed, table != "-" else { return nil }
        return try analyzer.finishedTable(
            of: input, at: table, replacing: existing.isReplaced, configuration: configuration)
    }
}
