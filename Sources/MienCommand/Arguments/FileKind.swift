import Foundation
import MienVideo

/// What a file on the command line must be: for completion, and for the message where it is another.
package enum FileKind: String, Sendable {
    /// Anything FFmpeg reads.
    case media
    /// What `mien annotate` writes.
    case table
    case elan, safetensors, csv
    case folder
    case any

    /// The endings of their names, or nil for all files.
    package var endings: [String]? {
        switch self {
        case .media: ClipFinder.usualEndings.sorted()
        case .table, .csv: ["csv"]
        case .elan: ["eaf"]
        case .safetensors: ["safetensors"]
        case .folder, .any: nil
        }
    }

    /// How the file at `path` is called if it is a table where media belong, or the reverse; nil if nothing is wrong
    /// with it, or what is wrong is for its reader to say.
    func mismatch(at path: String) -> String? {
        guard self == .media || self == .table, OutputPlan.isRegularFile(path),
            let start = FileHandle(forReadingAtPath: path).flatMap({ try? $0.read(upToCount: 4096) })
        else { return nil }
        let text = String(decoding: start, as: UTF8.self)
        let isTable = ["face_id", "timestamp", "pts"].allSatisfy(text.contains)
        if self == .media { return isTable ? "a table" : nil }
        // FFmpeg takes many a text for a picture.
        let isText = String(validating: start, as: UTF8.self) != nil && !start.contains(0)
        guard !isTable, !isText, let reader = try? VideoReader(path) else { return nil }
        return reader.properties.isStillImage ? "an image" : "a video"
    }
}
