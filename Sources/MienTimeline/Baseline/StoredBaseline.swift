import Foundation

/// One person's baseline in a file, with what it was made of: the content of the JSON that `mien calibrate`
/// writes.
public struct StoredBaseline: Sendable, Codable, Equatable {
    /// The version of the file's format.
    public static let currentFormat = 1
    /// A file larger than this is no baseline.
    private static let largestFile = 1 << 20

    /// The version of the format, ``currentFormat``.
    public var format = Self.currentFormat
    /// The version of mien.
    public var mien: String
    /// The model whose numbers it is about: another one's cannot be compared with them.
    public var model: RunMetadata.Model
    /// The name of the input.
    public var input: String
    /// The face's number in it.
    public var face: Int
    /// The times of the first and the last reading, in seconds from the input's first frame.
    public var start: Double
    /// The time of the last reading.
    public var end: Double
    /// The baseline.
    public var baseline: Baseline

    /// Creates the content of a file.
    public init(
        mien: String, model: RunMetadata.Model, input: String, face: Int, start: Double, end: Double,
        baseline: Baseline
    ) {
        self.mien = mien
        self.model = model
        self.input = input
        self.face = face
        self.start = start
        self.end = end
        self.baseline = baseline
    }

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
            content = try file.read(upToCount: Self.largestFile + 1) ?? Data()
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
