/// One person's baseline in a file, with what it was made of: the content of the JSON that `mien calibrate`
/// writes.
public struct StoredBaseline: Sendable, Codable, Equatable {
    /// The version of the file's format.
    public static let currentFormat = 1

    /// The version of the format, ``currentFormat``.
    public var format = Self.currentFormat
    /// The version of mien.
    public var mien: String
    /// The model whose numbers it is about: another one's cannot be compared with them.
    public var model: ModelRecord
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
        mien: String, model: ModelRecord, input: String, face: Int, start: Double, end: Double,
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
}
