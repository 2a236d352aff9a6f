/// The centred mean of probabilities over time, within each group: what smoothing does to a table, so that its
/// effect on the scores can be seen.
package enum TemporalMean {
    /// - Parameters:
    ///   - probabilities: samples x outputs.
    ///   - window: In seconds; a sample's window reaches half of it to both sides, ends included.
    package static func apply(
        _ probabilities: [Float], outputs: Int, samples: [Int], groups: [Int64], times: [Double],
        window: Double
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
                outputs: outputs, reach: reach, into: &smoothed)
            start = end
        }
        return smoothed
    }

    private static func smooth(
        _ probabilities: [Float], _ rows: ArraySlice<Int>, times: [Double], outputs: Int, reach: Double,
        into smoothed: inout [Float]
    ) {
        let rows = Array(rows)
        var sums = [Double](repeating: 0, count: outputs)
        var (first, last) = (0, 0)
        for (index, row) in rows.enumerated() {
            while last < rows.count, times[last] <= times[index] + reach {
                for output in 0..<outputs {
                    sums[output] += Double(probabilities[rows[last] * outputs + output])
                }
                last += 1
            }
            while times[first] < times[index] - reach {
                for output in 0..<outputs {
                    sums[output] -= Double(probabilities[rows[first] * outputs + output])
                }
                first += 1
            }
            for output in 0..<outputs {
                smoothed[row * outputs + output] = Float(max(0, sums[output] / Double(last - first)))
            }
        }
    }
}
