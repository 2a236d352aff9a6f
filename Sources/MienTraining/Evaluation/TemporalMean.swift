/// Smoothing of probabilities over time, within each group, as `TimelineSmoother` does it to a table, so that its
/// effect on the scores can be seen.
package enum TemporalMean {
    /// - Parameters:
    ///   - probabilities: samples x outputs.
    ///   - window: In seconds; a sample's window reaches half of it to both sides, ends included.
    ///   - votes: Whether the mean is of those samples of a window alone that have their largest output where most
    ///     have it.
    package static func apply(
        _ probabilities: [Float], outputs: Int, samples: [Int], groups: [Int64], times: [Double],
        window: Double, votes: Bool = false
    ) -> [Float] {
        let rows = samples.indices.sorted {
            (groups[samples[$0]], times[samples[$0]], $0) < (groups[samples[$1]], times[samples[$1]], $1)
        }
        var smoothed = probabilities
        // A microsecond more, so that a frame exactly at the end is not lost to rounding.
        let reach = window / 2 + 1e-6
        var start = 0
        while start < rows.count {
            let group = groups[samples[rows[start]]]
            var end = start
            while end < rows.count && groups[samples[rows[end]]] == group { end += 1 }
            smooth(
                probabilities, rows[start..<end], times: rows[start..<end].map { times[samples[$0]] },
                outputs: outputs, reach: reach, votes: votes, into: &smoothed)
            start = end
        }
        return smoothed
    }

    /// The samples of a window that have their largest output in the same place.
    private struct Part {
        var samples = 0
        var sums: [Double]
    }

    private static func smooth(
        _ probabilities: [Float], _ rows: ArraySlice<Int>, times: [Double], outputs: Int, reach: Double,
        votes: Bool, into smoothed: inout [Float]
    ) {
        let rows = Array(rows)
        var parts = [Part](
            repeating: Part(sums: Array(repeating: 0, count: outputs)), count: votes ? outputs : 1)
        func count(_ row: Int, _ sign: Int) {
            let values = probabilities[row * outputs..<(row + 1) * outputs]
            let part = votes ? values.indices.max { values[$0] < values[$1] }! - values.startIndex : 0
            parts[part].samples += sign
            for (output, value) in values.enumerated() {
                parts[part].sums[output] += Double(sign) * Double(value)
            }
        }
        var (first, last) = (0, 0)
        for (index, row) in rows.enumerated() {
            while last < rows.count, times[last] <= times[index] + reach {
                count(rows[last], 1)
                last += 1
            }
            while times[first] < times[index] - reach {
                count(rows[first], -1)
                first += 1
            }
            let winner = parts.indices.max {
                (parts[$0].samples, parts[$0].sums[$0]) < (parts[$1].samples, parts[$1].sums[$1])
            }!
            for output in 0..<outputs {
                smoothed[row * outputs + output] = Float(
                    max(0, parts[winner].sums[output] / Double(parts[winner].samples)))
            }
        }
    }
}
