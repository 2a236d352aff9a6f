import CKernels

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
///   - output: (images * tokens) x width; must not overlap the projections.
///   - workspace: Scratch; allocates only when a call is larger than all before it.
package func attention(
    _ projections: Matrix, tokens: Int, heads: Int,
    into output: MutableMatrix, workspace: Workspace, workers: Workers,
    instructionSet: InstructionSet = .default
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
    var arguments = mien_attention(
        isa: instructionSet.kernels, qkv: projections.baseAddress, qkv_stride: projections.stride,
        out: output.baseAddress,
        out_stride: output.stride, images: output.rows / tokens, tokens: tokens, heads: heads,
        head_width: headWidth, scale: 1 / Float(headWidth).squareRoot(),
        scratch: workspace.reserve(mien_attention_scratch_count(tokens, headWidth) * workers.count))
    mien_attention_run(&arguments, workers.count)
}
