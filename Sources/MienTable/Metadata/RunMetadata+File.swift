import Foundation
import MienTimeline

extension RunMetadata {
    /// The name of the metadata file beside a table: `clip.csv` has `clip.meta.json`.
    public static func path(forTable table: String) -> String {
        let stem = table.lowercased().hasSuffix(".csv") ? String(table.dropLast(4)) : table
        return stem + ".meta.json"
    }

    /// The file's content: JSON, the same bytes for the same metadata. What was read comes first, then with what, then
    /// what came of it; options, statuses and thresholds are in the order of their names. Numbers that are not finite,
    /// which JSON cannot say, become the texts `inf`, `-inf` and `nan`.
    public func json() -> [UInt8] {
        let encoder = JSONEncoder()
        // The encoder sorts keys or has them in no order at all, so keys get the number of their turn in front. Those of
        // dictionaries are not asked for.
        let turn = Turn()
        encoder.keyEncodingStrategy = .custom { path in Turn.Key(turn.next + path.last!.stringValue) }
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return Turn.removed(from: String(decoding: try encoder.encode(self), as: UTF8.self)) + [
                UInt8(ascii: "\n")
            ]
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

/// Counts the keys of a document while it is encoded.
private final class Turn: @unchecked Sendable {
    private static let digits = 6
    // Of one encoder on one thread.
    private var count = 0

    /// The number of this turn, in front of a key.
    var next: String {
        count += 1
        let number = String(count)
        return String(repeating: "0", count: max(0, Self.digits - number.count)) + number
    }

    /// The pretty-printed `document` without the numbers. Every key has a line of its own, and only keys are followed by
    /// `" : `, since quotes inside texts are escaped.
    static func removed(from document: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in document.utf8.split(separator: UInt8(ascii: "\n")) {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
            let text = line.drop { $0 == UInt8(ascii: " ") }
            let key = text.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
            let isNumbered =
                text.first == UInt8(ascii: "\"") && key.count > digits && key.last != UInt8(ascii: "\\")
                && key.prefix(digits).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                && text.dropFirst(key.count + 1).starts(with: "\" : ".utf8)
            guard isNumbered else {
                bytes += line
                continue
            }
            bytes += line.prefix(line.count - text.count + 1)
            bytes += text.dropFirst(1 + digits)
        }
        return bytes
    }

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}
