import MienTimeline

/// The formats that a table can be turned into.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// The columns of OpenFace 2.2.
    case openFace = "openface"
    /// The columns of Py-Feat.
    case pyFeat = "pyfeat"
    /// An object on every line.
    case jsonLines = "jsonl"
    /// A row for every interval in which a face shows something.
    case events
    /// A table of scores over time for every face.
    case faces
    /// An annotation document of ELAN.
    case elan = "eaf"
    /// Subtitles.
    case webVTT = "webvtt"
    /// A project of BORIS.
    case boris
    /// Tasks of Label Studio with predictions, and the tables they show.
    case labelStudio = "labelstudio"

    /// What follows the table's name in that of an export.
    package var suffix: String {
        switch self {
        case .openFace: ".openface.csv"
        case .pyFeat: ".pyfeat.csv"
        case .jsonLines: ".jsonl"
        case .events: ".events.csv"
        case .faces: ".faces.csv"
        case .elan: ".eaf"
        case .webVTT: ".vtt"
        case .boris: ".boris"
        case .labelStudio: ".labelstudio.json"
        }
    }

    /// Whether there is a file for every face, beside or instead of one for all.
    package var hasFileForEachFace: Bool { self == .faces || self == .labelStudio }

    /// The scores that are exported unless others are asked for.
    ///
    /// Tables that stand for another program's have what that program would have: a reading of each frame.
    /// Intervals and curves for people are of smoothed scores.
    var usualScores: ExportScores {
        switch self {
        case .openFace, .pyFeat, .jsonLines: .raw
        case .events, .faces, .elan, .webVTT, .boris, .labelStudio: .smoothed
        }
    }

    /// Starts an export to `path`, `-` for the standard output.
    ///
    /// - Throws: What ``FileSink/init(path:replacing:)`` throws.
    package func exporter(
        to path: String, replacing: Bool, context: ExportContext
    ) throws(TimelineError) -> any TableExporter {
        var context = context
        context.scores = context.scores ?? usualScores
        func file() throws(TimelineError) -> ExportFile { try ExportFile(path: path, replacing: replacing) }
        switch self {
        case .openFace: return try OpenFaceExporter(file: file(), context: context)
        case .pyFeat: return try PyFeatExporter(file: file(), context: context)
        case .jsonLines: return JSONLinesExporter(file: try file())
        case .events: return try EventExporter(file: file(), format: EventTable(), context: context)
        case .elan: return try EventExporter(file: file(), format: ELANDocument(path: path), context: context)
        case .webVTT: return try EventExporter(file: file(), format: WebVTT(), context: context)
        case .boris: return try EventExporter(file: file(), format: BORISProject(), context: context)
        case .faces: return FaceTables(path: path, replacing: replacing, context: context)
        case .labelStudio:
            return try LabelStudioExporter(file: file(), path: path, replacing: replacing, context: context)
        }
    }
}
