/// The processor time that each stage of a pipeline has taken, in seconds.
package struct StageTimes: Codable, Sendable {
    /// Reading and decoding.
    package internal(set) var decode = 0.0
    /// Turning decoded frames into pictures.
    package internal(set) var convert = 0.0
    /// Finding and following faces.
    package internal(set) var track = 0.0
    /// Cutting faces out of pictures.
    package internal(set) var crop = 0.0
    /// The encoder with all its threads, the heads, and what other threads helped a search with.
    package internal(set) var encode = 0.0
    /// Smoothing and writing rows.
    package internal(set) var write = 0.0

    package init() {}
}
