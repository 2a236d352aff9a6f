import COpenBLAS

/// Whether a matrix is taken as it is stored or with rows and columns exchanged.
package enum Orientation: Sendable {
    case asStored
    case transposed

    fileprivate var cblas: CBLAS_TRANSPOSE { self == .asStored ? CblasNoTrans : CblasTrans }
}

/// output = alpha op(a) op(b) + beta output, through OpenBLAS on the caller's thread.
///
/// For training, where operands change with every call. Inference uses
/// ``multiply(_:_:bias:activation:residual:into:workspace:workers:)``, which packs its weight once and
/// promises the same bits for a row whatever the number of rows; this makes no such promise.
package func multiply(
    _ a: Matrix, _ aOrientation: Orientation, _ b: Matrix, _ bOrientation: Orientation,
    alpha: Float = 1, beta: Float = 0, into output: MutableMatrix
) {
    _ = oneThread
    let (rows, depth) = aOrientation == .asStored ? (a.rows, a.columns) : (a.columns, a.rows)
    let (bDepth, columns) = bOrientation == .asStored ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(
        depth == bDepth && output.rows == rows && output.columns == columns,
        "\(rows) x \(depth) times \(bDepth) x \(columns) does not give \(output.rows) x \(output.columns)")
    cblas_sgemm(
        CblasRowMajor, aOrientation.cblas, bOrientation.cblas, blasint(rows), blasint(columns),
        blasint(depth), alpha, a.baseAddress, blasint(max(a.stride, 1)), b.baseAddress,
        blasint(max(b.stride, 1)), beta, output.baseAddress, blasint(max(output.stride, 1)))
}

/// OpenBLAS must not start threads of its own: the encoder and the trainer share out the cores themselves.
private let oneThread: Void = openblas_set_num_threads(1)
