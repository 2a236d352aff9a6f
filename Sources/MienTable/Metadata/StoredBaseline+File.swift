import Foundation
import MienTimeline

/// A file larger than this is no baseline.
private let largestFile = 1 << 20

extension StoredBaseline {
    /// Reads a file.
    ///
    /// - Throws: ``TimelineError`` `.cannotOpen` if there is none, `.malformedMetadata` if it is no baseline or of
    ///   a newer format.
    public init(contentsOf path: String) throws(TimelineError) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .cannotOpen(path: path, code: errno)
        }
        let content: Data
        do {
            content = try file.read(upToCount: largestFile + 1) ?? Data()
        } catch {
            throw .cannotRead(path: path, code: EISDIR)
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: content)
        } catch {
            throw .malformedMetadata(
                path: path, problem: "no baseline as mien calibrate writes it: \(RunMetadata.explain(error))")
        }
        guard format <= Self.currentFormat else {
            throw .malformedMetadata(
                path: path, problem: "format \(format), expected \(Self.currentFormat) or older")
        }
    }

    /// The file's content: JSON with sorted keys, the same bytes for the same baseline.
    public func json() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("a baseline of finite values cannot be encoded: \(error)")
        }
    }

    /// Writes the file, which is there as a whole or not at all.
    ///
    /// - Parameter replacing: Whether one that is there may be replaced.
    /// - Throws: What ``FileSink`` throws.
    public func write(to path: String, replacing: Bool = false) throws(TimelineError) {
        try FileSink.write(json(), to: path, replacing: replacing)
    }
}
