/// Pairs rows with columns at the least total cost.
///
/// The exact Hungarian method in the form with potentials and shortest augmenting paths. A pair whose cost
/// is infinite is forbidden; as many rows as possible get a column, and among those solutions the cheapest
/// is taken. Ties go to the lower column, so equal input gives equal output.
///
/// - Parameters:
///   - costs: `rows * columns` finite or infinite costs, row by row.
/// - Returns: The column of each row, or nil.
/// - Complexity: O(n^3), n the larger of `rows` and `columns`.
package func leastCostAssignment(_ costs: [Float], rows: Int, columns: Int) -> [Int?] {
    precondition(costs.count == rows * columns, "\(costs.count) costs for \(rows) x \(columns) pairs")
    guard rows > 0 && columns > 0 else { return Array(repeating: nil, count: rows) }
    // Forbidden pairs and padding cost more than any choice of allowed pairs together could.
    let allowed = costs.filter(\.isFinite).map(Double.init)
    let low = allowed.min() ?? 0
    let spread = (allowed.max() ?? 0) - low
    let size = max(rows, columns)
    let forbidden = (spread + 1) * Double(size + 1)
    func cost(_ row: Int, _ column: Int) -> Double {
        guard row < rows && column < columns else { return forbidden }
        let value = costs[row * columns + column]
        return value.isFinite ? Double(value) - low : forbidden
    }

    // One-based; column 0 stands for "the row that is looking for a column".
    var rowPotential = [Double](repeating: 0, count: size + 1)
    var columnPotential = [Double](repeating: 0, count: size + 1)
    var rowOfColumn = [Int](repeating: 0, count: size + 1)
    for row in 1...size {
        rowOfColumn[0] = row
        var column = 0
        var distance = [Double](repeating: .infinity, count: size + 1)
        var previous = [Int](repeating: 0, count: size + 1)
        var isDone = [Bool](repeating: false, count: size + 1)
        repeat {
            isDone[column] = true
            let current = rowOfColumn[column]
            var step = Double.infinity
            var next = 0
            for candidate in 1...size where !isDone[candidate] {
                let reduced =
                    cost(current - 1, candidate - 1) - rowPotential[current] - columnPotential[candidate]
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

    var result = [Int?](repeating: nil, count: rows)
    for column in 1...columns where rowOfColumn[column] <= rows {
        let row = rowOfColumn[column] - 1
        if costs[row * columns + column - 1].isFinite { result[row] = column - 1 }
    }
    return result
}
