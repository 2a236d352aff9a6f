/// A matrix to read from: rows of contiguous elements in memory that somebody else owns and keeps alive.
package struct Matrix {
    package let baseAddress: UnsafePointer<Float>
    package let rows: Int
    package let columns: Int
    /// The distance between the starts of two rows, in elements.
    package let stride: Int

    package init(_ baseAddress: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
        precondition(rows >= 0 && columns >= 0, "no matrix has \(rows) rows and \(columns) columns")
        precondition(stride.map { $0 >= columns } ?? true, "rows of \(columns) elements overlap")
        self.baseAddress = baseAddress
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    /// Some of the rows.
    package subscript(rows range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "no rows \(range) of \(rows)")
        return Matrix(
            baseAddress + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }
}

/// A matrix to write to, or to change in place.
package struct MutableMatrix {
    package let baseAddress: UnsafeMutablePointer<Float>
    package let rows: Int
    package let columns: Int
    /// The distance between the starts of two rows, in elements.
    package let stride: Int

    package init(
        _ baseAddress: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
    ) {
        let matrix = Matrix(baseAddress, rows: rows, columns: columns, stride: stride)
        self.baseAddress = baseAddress
        self.rows = rows
        self.columns = columns
        self.stride = matrix.stride
    }

    /// The same matrix, to read from.
    package var readOnly: Matrix { Matrix(baseAddress, rows: rows, columns: columns, stride: stride) }

    /// Some of the rows.
    package subscript(rows range: Range<Int>) -> MutableMatrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "no rows \(range) of \(rows)")
        return MutableMatrix(
            baseAddress + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }
}

extension FloatBuffer {
    /// Elements of this buffer as a matrix, from element `offset` on. Valid while the buffer lives.
    package func matrix(rows: Int, columns: Int, stride: Int? = nil, offset: Int = 0) -> MutableMatrix {
        let matrix = MutableMatrix(baseAddress + offset, rows: rows, columns: columns, stride: stride)
        let extent = rows == 0 ? 0 : (rows - 1) * matrix.stride + columns
        precondition(
            offset >= 0 && offset + extent <= count,
            "\(rows) rows of \(columns) at element \(offset) exceed a buffer of \(count)")
        return matrix
    }
}
