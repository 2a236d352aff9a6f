import CKernels

/// The weights that make keys and values of a row, arranged once for ``attention(_:over:count:weights:into:workspace:workers:instructionSet:)``.
///
/// Keys have no bias: it would add the same to all scores of a query.
package struct QueryAttentionWeights: ~Copyable, @unchecked Sendable {
    /// The width of a row.
    package let width: Int
    package let heads: Int
    package let headWidth: Int

    private let keyMemory: WeightMemory
    private let valueMemory: WeightMemory
    /// The values' bias, filled up with zeros head by head.
    fileprivate let bias: FloatBuffer

    /// For each head, the keys' weights transposed and packed.
    fileprivate var keys: UnsafeMutablePointer<Float> { keyMemory.bytes.assumingMemoryBound(to: Float.self) }
    /// For each head, the values' weights packed.
    fileprivate var values: UnsafeMutablePointer<Float> {
        valueMemory.bytes.assumingMemoryBound(to: Float.self)
    }

    /// - Parameters:
    ///   - keys: (heads * head width, width)
    ///   - values: (heads * head width, width)
    ///   - bias: That of the values: heads * head width elements.
    package init(keys: Matrix, values: Matrix, bias valueBias: UnsafePointer<Float>, heads: Int) {
        precondition(
            keys.rows == values.rows && keys.columns == values.columns && keys.columns > 0,
            "keys of \(keys.rows) x \(keys.columns) are not like values of \(values.rows) x \(values.columns)"
        )
        precondition(
            heads > 0 && keys.rows > 0 && keys.rows % heads == 0 && keys.rows / heads <= MIEN_WIDEST_HEAD,
            "\(keys.rows) rows are not \(heads) heads of at most \(MIEN_WIDEST_HEAD)")
        width = keys.columns
        self.heads = heads
        headWidth = keys.rows / heads
        let keyCount = mien_f32_packed_count(width, headWidth)
        let valueCount = mien_f32_packed_count(headWidth, width)
        let biasCount = mien_query_attention_bias_count(headWidth)
        keyMemory = WeightMemory(byteCount: heads * keyCount * MemoryLayout<Float>.stride)
        valueMemory = WeightMemory(byteCount: heads * valueCount * MemoryLayout<Float>.stride)
        bias = FloatBuffer(count: heads * biasCount)
        for head in 0..<heads {
            let row = head * headWidth
            mien_f32_pack_transposed(
                keys.baseAddress + row * keys.stride, keys.stride, width, headWidth,
                self.keys + head * keyCount)
            mien_f32_pack_weights(
                values.baseAddress + row * values.stride, values.stride, 0, headWidth, width,
                self.values + head * valueCount)
            (bias.baseAddress + head * biasCount).update(from: valueBias + row, count: headWidth)
        }
    }
}

/// Multi-head attention of one query per image over rows that have not been made into keys and values:
/// softmax(q K^T / sqrt(head width)) V for each head, where K and V are what `weights` make of the image's rows.
///
/// The weights are multiplied with a row per image and head instead of with all rows. An image's result depends on
/// that image alone, to the bit.
///
/// - Parameters:
///   - queries: images x (heads * head width)
///   - rows: (images * count) x width
///   - count: The number of rows per image.
///   - output: images x (heads * head width); must not overlap the input.
///   - workspace: Scratch; allocates only when a call is larger than all before it.
package func attention(
    _ queries: Matrix, over rows: Matrix, count: Int, weights: borrowing QueryAttentionWeights,
    into output: MutableMatrix, workspace: Workspace, workers: Workers,
    instructionSet: InstructionSet = .default
) {
    let (images, heads, headWidth) = (queries.rows, weights.heads, weights.headWidth)
    precondition(
        rows.rows == images * count && count > 0 && rows.columns == weights.width,
        "\(rows.rows) x \(rows.columns) are not \(count) rows of \(weights.width) for each of \(images) queries"
    )
    precondition(
        queries.columns == heads * headWidth,
        "queries of \(queries.columns) columns are not \(heads) heads of \(headWidth)")
    precondition(
        output.rows == images && output.columns == queries.columns,
        "an output of \(output.rows) x \(output.columns) is not \(images) x \(queries.columns)")
    var arguments = mien_query_attention(
        isa: instructionSet.kernels, x: rows.baseAddress, x_stride: rows.stride, queries: queries.baseAddress,
        queries_stride: queries.stride, keys: weights.keys, values: weights.values,
        value_bias: weights.bias.baseAddress, out: output.baseAddress, out_stride: output.stride,
        images: images, tokens: count, width: weights.width, heads: heads, head_width: headWidth,
        scale: 1 / Float(headWidth).squareRoot(), scratch: nil)
    arguments.scratch = workspace.reserve(mien_query_attention_scratch_count(&arguments, workers.count))
    mien_query_attention_run(&arguments, workers.count)
}
