import CKernels

/// The numbers that attention multiplies.
package enum AttentionPrecision: Sendable {
    case single
    /// Whole numbers of 16 bits, exactly added up. Results differ from those in single precision by about a
    /// thousandth of a head's largest value at most.
    case int16
}

/// Multi-head self-attention without a mask: softmax(Q K^T / sqrt(head width)) V for each head of each
/// image.
///
/// An image's rows depend on that image alone, to the bit.
///
/// - Parameters:
///   - projections: (images * tokens) x (3 * width): in each row the queries of all heads, then the keys,
///     then the values.
///   - tokens: The number of rows per image.
///   - heads: The number of heads; width / heads is a multiple of 8 and at most 256.
///   - precision: What is multiplied.
///   - output: (images * tokens) x width; must not overlap the projections.
///   - workspace: Scratch; allocates only when a call is larger than all before it.
package func attention(
    _ projections: Matrix, tokens: Int, heads: Int, precision: AttentionPrecision = .single,
    into output: MutableMatrix, workspace: Workspace, workers: Workers
) {
    let width = output.columns
    precondition(
        projections.columns == 3 * width && projections.rows == output.rows,
        "projections of \(projections.rows) x \(projections.columns) do not fit an output of "
            + "\(output.rows) x \(width)")
    precondition(
        tokens > 0 && output.rows % tokens == 0, "\(output.rows) rows are not images of \(tokens) tokens")
    precondition(heads > 0 && width % heads == 0, "\(heads) heads do not share a width of \(width)")
    let headWidth = width / heads
    precondition(
        headWidth % 8 == 0 && headWidth <= MIEN_WIDEST_HEAD,
        "a head's width is a multiple of 8 up to \(MIEN_WIDEST_HEAD), not \(headWidth)")
    let scratchCount =
        switch precision {
        case .single: mien_attention_scratch_count(tokens, headWidth)
        case .int16: mien_int16_attention_scratch_count(tokens, headWidth)
        }
    var arguments = mien_attention(
        qkv: projections.baseAddress, qkv_stride: projections.stride, out: output.baseAddress,
        out_stride: output.stride, images: output.rows / tokens, tokens: tokens, heads: heads,
        head_width: headWidth, scale: 1 / Float(headWidth).squareRoot(),
        scratch: workspace.reserve(scratchCount * workers.count))
    switch precision {
    case .single: mien_attention_run(&arguments, workers.count)
    case .int16: mien_int16_attention_run(&arguments, workers.count)
    }
}
