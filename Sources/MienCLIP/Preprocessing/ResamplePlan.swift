/// Everything about preprocessing pictures of one size that does not depend on their pixels.
///
/// Only the part of the resized picture that the centre crop keeps is computed; a pixel's value does not
/// depend on its neighbours', so that changes nothing.
struct ResamplePlan {
    /// The size of the pictures.
    let width: Int
    let height: Int
    /// The part of the crop that the resized picture covers; black elsewhere.
    let columns: Range<Int>
    let rows: Range<Int>
    /// The original's pixels that are copied where there is nothing to resample, or go into the first pass.
    let sourceColumns: Range<Int>
    let sourceRows: Range<Int>
    /// Nil where the side keeps its length.
    let horizontal: ResampleAxis?
    let vertical: ResampleAxis?
    /// Which pass comes first. The 8-bit pixels between the passes make it matter.
    let verticalFirst: Bool

    init(configuration: PreprocessingConfiguration, width: Int, height: Int) {
        self.width = width
        self.height = height
        let (newWidth, newHeight) = Self.resized(configuration.size, width: width, height: height)
        guard let side = configuration.side else {
            preconditionFailure("the preprocessing makes no square")
        }
        let (columns, keptColumns) = Self.cropped(newWidth, to: side)
        let (rows, keptRows) = Self.cropped(newHeight, to: side)
        self.columns = columns
        self.rows = rows

        var horizontal: ResampleAxis?
        var vertical: ResampleAxis?
        if newWidth != width {
            horizontal = ResampleAxis(
                filter: configuration.filter, from: width, to: newWidth, range: keptColumns)
        }
        if newHeight != height {
            vertical = ResampleAxis(
                filter: configuration.filter, from: height, to: newHeight, range: keptRows)
        }
        sourceColumns = horizontal?.source ?? keptColumns
        sourceRows = vertical?.source ?? keptRows
        horizontal?.shift(origin: sourceColumns.lowerBound)
        vertical?.shift(origin: sourceRows.lowerBound)
        self.horizontal = horizontal
        self.vertical = vertical
        // Pillow's rule, since release 13.
        verticalFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
    }

    private static func resized(
        _ size: PreprocessingConfiguration.Size?, width: Int, height: Int
    ) -> (width: Int, height: Int) {
        switch size {
        case nil: (width, height)
        case .exactly(let newWidth, let newHeight): (newWidth, newHeight)
        case .shortestEdge(let edge) where width <= height: (edge, edge * height / width)
        case .shortestEdge(let edge): (edge * width / height, edge)
        }
    }

    /// Where a centred crop of `side` pixels lies on a side of `length`: the part of the crop that is
    /// covered, and the part of the side that covers it.
    private static func cropped(_ length: Int, to side: Int) -> (covered: Range<Int>, kept: Range<Int>) {
        // Rounded down, also when negative.
        let start = (length - side) >> 1
        let kept = max(start, 0)..<min(start + side, length)
        return (kept.lowerBound - start..<kept.upperBound - start, kept)
    }
}
