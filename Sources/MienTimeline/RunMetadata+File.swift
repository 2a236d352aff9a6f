import Foundation

extension RunMetadata {
    /// The name of the metadata file beside a table: `clip.csv` has `clip.meta.json`.
    public static func path(forTable table: String) -> String {
        let stem = table.lowercased().hasSuffix(".csv") ? String(table.dropLast(4)) : table
        return stem + ".meta.json"
    }

    /// The file's content: JSON with sorted keys, the same bytes for the same metadata. Numbers that are not
    /// finite, which JSON cannot say, become the texts `inf`, `-inf` and `nan`.
    public func json() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("metadata of plain values cannot be encoded: \(error)")
        }
    }

    /// Writes the file, which is there as a whole or not at all; one that exists is replaced.
    ///
    /// - Throws: What ``FileSink`` throws.
    public func write(to path: String) throws(TimelineError) {
        try FileSink.write(json(), to: path, replacing: true)
    }

    /// Reads the file back.
    ///
    /// - Throws: ``TimelineError`` `.cannotOpen` if there is none, `.malformedMetadata` if it is not metadata
    ///   or of a newer format.
    public init(contentsOf path: String) throws(TimelineError) {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw .cannotOpen(path: path, code: access(path, R_OK) == 0 ? EIO : errno)
        }
        do {
            self = try JSONDecoder().decode(RunMetadata.self, from: content)
        } catch {
            throw .malformedMetadata(path: path, problem: "no metadata of a run: \(Self.explain(error))")
        }
        guard format <= Self.currentFormat else {
            throw .malformedMetadata(
                path: path, problem: "format \(format), expected \(Self.currentFormat) or older")
        }
    }

    static func explain(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty
                ? "the top" : context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case DecodingError.keyNotFound(let key, let context):
            "no \(key.stringValue) in \(place(context))"
        case DecodingError.typeMismatch(let type, let context),
            DecodingError.valueNotFound(let type, let context):
            "expected \(type) at \(place(context))"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(context.debugDescription) at \(place(context))"
        default:
            "expected JSON"
        }
    }
}
