/// What an encoder multiplies patches with, and its blocks.
package enum EncoderPrecision: String, Sendable, CaseIterable {
    /// Single-precision floating point.
    case single = "fp32"
    /// 8-bit weights and inputs, exact 32-bit sums.
    case int8
}
