/// What the encoder multiplies with.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// Single-precision floating point.
    case single = "fp32"
    /// 8-bit weights and activations with exact sums: about twice as fast, and a quarter of the memory.
    /// Embeddings differ a little from those in single precision.
    case int8
}
