import Foundation
import MienTable
import MienTimeline

/// The files of a table on their way to being one, in the order in which they appear:
///
///     clip.csv.partial               the rows so far; locked by the run that writes it
///     clip.csv.partial.meta.json     what they are rows of, written before the first of them
///     clip.meta.json                 written when all rows are
///     clip.csv                       the partial file, renamed last
///
/// So a table under its own name without a partial file beside it is finished, and its metadata are about it.
/// Whenever a run is killed, its rows are described by the second file, or by the third.
struct TableFile {
    let sink: FileSink
    /// The rows an interrupted run left, if they are continued.
    private(set) var recorded: RecordedRows?
    /// Their number.
    private(set) var recordedCount = 0

    private let metadataPath: String
    private let descriptionPath: String

    /// Claims the file at `path` for a run that `description` describes.
    ///
    /// - Throws: ``MienError/output(_:)`` if there is something that may not be replaced or is being written.
    init(
        path: String, description: RunMetadata, existing: ExistingTable
    ) throws(MienError) {
        metadataPath = RunMetadata.path(forTable: path)
        do {
            // A finished table is compared with the run before it is refused.
            sink = try FileSink(path: path, existing: existing == .resume ? .resumeOrReplace : existing)
            descriptionPath = RunMetadata.path(forTable: sink.partialPath)
            do {
                if existing.isResumed { try resume(path, description, replacing: existing.isReplaced) }
                if recorded == nil { try description.write(to: descriptionPath) }
            } catch {
                if sink.length == 0 { sink.discard() }
                throw error
            }
        } catch {
            throw MienError(error)
        }
    }

    /// Writes the metadata and gives the table its name.
    func commit(_ table: TableWriter, metadata: RunMetadata) throws(TimelineError) {
        try table.flush()
        try sink.checkResumed()
        try metadata.write(to: metadataPath)
        unlink(descriptionPath)
        try table.commit()
    }

    /// Leaves the rows so far for a run that resumes, and nothing where there are none yet.
    ///
    /// - Returns: Whether there are any.
    func keep(_ table: TableWriter) throws(TimelineError) -> Bool {
        try table.flush()
        guard table.counts.rows == 0, recorded == nil else { return true }
        discard()
        return false
    }

    /// Leaves nothing behind, where there was nothing to write.
    func discard() {
        unlink(descriptionPath)
        sink.discard()
    }

    private mutating func resume(_ path: String, _ description: RunMetadata, replacing: Bool) throws {
        let whole = try RecordedRows.wholeRows(of: sink.partialPath)
        guard whole.rows > 0 else {
            try sink.keep(upTo: 0)
            if let refusal = Self.finished(path, description, replacing).refusal {
                throw MienError.output(refusal)
            }
            return
        }
        let known =
            (try? RunMetadata(contentsOf: descriptionPath)) ?? (try? RunMetadata(contentsOf: metadataPath))
        let difference =
            known.map { $0.difference(from: description) } ?? "there is no \(descriptionPath) to say of what"
        if let difference {
            guard replacing else {
                throw MienError.output(
                    "\(sink.partialPath) holds the rows of another run: \(difference); -y starts anew")
            }
            return try sink.keep(upTo: 0)
        }
        try sink.keep(upTo: whole.bytes)
        recorded = try RecordedRows(path: sink.partialPath, length: whole.bytes)
        recordedCount = whole.rows
    }
}

extension TableFile {
    /// What is known of a table under its own name.
    enum Finished {
        /// There is none, or it may be replaced.
        case no
        /// It is what the run would write.
        case yes(RunMetadata)
        /// It is something else.
        case other(String)

        var refusal: String? {
            switch self {
            case .no: nil
            case .yes(let metadata): "\(metadata.input.name): finished by another run meanwhile"
            case .other(let reason): reason
            }
        }
    }

    /// Looks whether `path` is the table that a run described by `description` would write. A table whose run
    /// was interrupted is not: its last rows are not those of the whole clip.
    static func finished(_ path: String, _ description: RunMetadata, _ replacing: Bool) -> Finished {
        guard access(path, F_OK) == 0 else { return .no }
        let metadataPath = RunMetadata.path(forTable: path)
        let difference: String
        do {
            let metadata = try RunMetadata(contentsOf: metadataPath)
            if let other = metadata.difference(from: description) {
                difference = other
            } else {
                return metadata.interrupted ? .no : .yes(metadata)
            }
        } catch {
            difference = "\(error)"
        }
        return replacing ? .no : .other("\(path) is the table of another run: \(difference); -y replaces it")
    }
}
