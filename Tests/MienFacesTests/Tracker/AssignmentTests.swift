import MienFaces
import TestSupport
import Testing

@Suite struct AssignmentTests {
    /// The best assignment by trying all: most pairs first, then least cost.
    private func exhaustive(_ costs: [Float], _ rows: Int, _ columns: Int) -> (pairs: Int, cost: Float) {
        func best(_ row: Int, _ free: [Int]) -> (pairs: Int, cost: Float) {
            guard row < rows else { return (0, 0) }
            var result = best(row + 1, free)
            for column in free where costs[row * columns + column].isFinite {
                let rest = best(row + 1, free.filter { $0 != column })
                let found = (pairs: rest.pairs + 1, cost: rest.cost + costs[row * columns + column])
                if (found.pairs, -found.cost) > (result.pairs, -result.cost) { result = found }
            }
            return result
        }
        return best(0, Array(0..<columns))
    }

    @Test func itIsAsGoodAsTryingAll() {
        var random = Random(seed: 2)
        for _ in 0..<600 {
            let (rows, columns) = (
                Int.random(in: 1...5, using: &random), Int.random(in: 1...5, using: &random)
            )
            let costs = (0..<rows * columns).map { _ -> Float in
                Float.random(in: 0..<1, using: &random) < 0.3
                    ? .infinity : Float.random(in: -2...3, using: &random)
            }
            let found = assign(costs, rows: rows, columns: columns)
            let expected = exhaustive(costs, rows, columns)
            let chosen = found.enumerated().compactMap { row, column in
                column.map { costs[row * columns + $0] }
            }
            #expect(chosen.count == expected.pairs)
            #expect(abs(chosen.reduce(0, +) - expected.cost) < 1e-4)
            #expect(Set(found.compactMap { $0 }).count == chosen.count)
        }
    }

    @Test func nothingMatchesNothing() {
        #expect(assign([], rows: 0, columns: 0).isEmpty)
        #expect(assign([], rows: 2, columns: 0) == [nil, nil])
        #expect(assign([.infinity, .infinity], rows: 2, columns: 1) == [nil, nil])
    }

    @Test func aGreedyChoiceIsNotTaken() {
        // The cheapest pair would leave the other row with a far dearer one.
        #expect(assign([0, 1, 1, 10], rows: 2, columns: 2) == [1, 0])
    }
}

private func assign(_ costs: [Float], rows: Int, columns: Int) -> [Int?] {
    var assignment = MinimumCostAssignment()
    return assignment(costs, rows: rows, columns: columns)
}
