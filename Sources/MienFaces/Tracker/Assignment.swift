/// Pairs rows with columns at the least total cost.
///
/// The exact Hungarian method in the form with potentials and shortest augmenting paths. A pair whose cost
/// is infinite is forbidden; as many rows as possible get a column, and among those solutions the cheapest
/// is taken. Ties go to the lower column, so equal input gives equal output.
///
/// A value keeps its working memory from call to call.
package struct MinimumCostAssignment: Sendable {
    // One-based; column 0 stands for "the row that is looking for a column".
    private var rowPotential: [Double] = []
    private var columnPotential: [Double] = []
    private var rowOfColumn: [Int] = []

    // For one row.
    private var distance: [Double] = []
    private var previous: [Int] = []
    private var isDone: [Bool] = []

    private var result: [Int?] = []

    package init() {}

    /// - Parameters:
    ///   - costs: `rows * columns` finite or infinite costs, row by row.
    /// - Returns: The column of each row, or nil.
    /// - Complexity: O(n^3), n the larger of `rows` and `columns`.
    package mutating func callAsFunction(_ costs: [Float], rows: Int, columns: Int) -> [Int?] {
        precondition(costs.count == rows * columns, "\(costs.count) costs for \(rows) x \(columns) pairs")
        result.refill(with: nil, count: rows)
        guard rows > 0 && columns > 0 else { return result }
        let size = max(rows, columns)
        let table = Table(costs, rows: rows, columns: columns)
        rowPotential.refill(with: 0, count: size + 1)
        columnPotential.refill(with: 0, count: size + 1)
        rowOfColumn.refill(with: 0, count: size + 1)
        for row in 1...size { place(row, table, size) }
        for column in 1...columns where rowOfColumn[column] <= rows {
            let row = rowOfColumn[column] - 1
            if costs[row * columns + column - 1].isFinite { result[row] = column - 1 }
        }
        return result
    }

    /// The costs, padded to a square with what costs more than any choice of allowed pairs together could.
    private struct Table {
        private let costs: [Float]
        private let rows: Int
        private let columns: Int
        private let low: Double
        private let forbidden: Double

        init(_ costs: [Float], rows: Int, columns: Int) {
            var range: ClosedRange<Double>?
            for cost in costs where cost.isFinite {
                let cost = Double(cost)
                range = min(range?.lowerBound ?? cost, cost)...max(range?.upperBound ?? cost, cost)
            }
            low = range?.lowerBound ?? 0
            forbidden = ((range?.upperBound ?? 0) - low + 1) * Double(max(rows, columns) + 1)
            (self.costs, self.rows, self.columns) = (costs, rows, columns)
        }

        subscript(row: Int, column: Int) -> Double {
            guard row < rows && column < columns else { return forbidden }
            let value = costs[row * columns + column]
            return value.isFinite ? Double(value) - low : forbidden
        }
    }

    /// Gives `row` a column, moving the rows before it where that is cheaper.
    private mutating func place(_ row: Int, _ table: Table, _ size: Int) {
        rowOfColumn[0] = row
        var column = 0
        distance.refill(with: .infinity, count: size + 1)
        previous.refill(with: 0, count: size + 1)
        isDone.refill(with: false, count: size + 1)
        repeat {
            isDone[column] = true
            let current = rowOfColumn[column]
            var step = Double.infinity
            var next = 0
            for candidate in 1...size where !isDone[candidate] {
                let reduced =
                    table[current - 1, candidate - 1] - rowPotential[current] - columnPotential[candidate]
                if reduced < distance[candidate] {
                    distance[candidate] = reduced
                    previous[candidate] = column
                }
                if distance[candidate] < step {
                    step = distance[candidate]
                    next = candidate
                }
            }
            for other in 0...size {
                if isDone[other] {
                    rowPotential[rowOfColumn[other]] += step
                    columnPotential[other] -= step
                } else {
                    distance[other] -= step
                }
            }
            column = next
        } while rowOfColumn[column] != 0
        while column != 0 {
            rowOfColumn[column] = rowOfColumn[previous[column]]
            column = previous[column]
        }
    }
}
