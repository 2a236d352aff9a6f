import MienHeads

/// How well probabilities follow graded labels: Pearson's r of each output over the samples that have a label for it.
///
///     r = sum (p - mean p)(t - mean t) / sqrt(sum (p - mean p)^2 sum (t - mean t)^2)
///
/// F1 asks only whether a unit is active. Labels that come from another model or from several annotators have
/// degrees, and r is what papers report for them.
package struct Agreement: Sendable {
    /// One r for each output; nil where fewer than two labels, or no two different ones, are known.
    package let each: [Double?]

    /// The mean over the outputs that have one; nil without any.
    package var mean: Double? {
        let known = each.compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    /// - Parameter probabilities: samples x outputs.
    package init(probabilities: [Float], samples: [Int], labels: Labels) {
        let outputs = labels.task.outputs
        precondition(probabilities.count == samples.count * outputs)
        var moments = [Moments](repeating: Moments(), count: outputs)
        var target = [Float](repeating: 0, count: outputs)
        for (row, sample) in samples.enumerated() {
            target.withUnsafeMutableBufferPointer { row in
                if let base = row.baseAddress { labels.target(sample, into: base) }
            }
            for output in 0..<outputs where !target[output].isNaN {
                moments[output].add(Double(probabilities[row * outputs + output]), Double(target[output]))
            }
        }
        each = moments.map(\.correlation)
    }

    /// Running means and co-moments (Welford, 1962), which lose no digits to large means.
    private struct Moments {
        private var count = 0.0
        private var mean = (x: 0.0, y: 0.0)
        private var squares = (xx: 0.0, xy: 0.0, yy: 0.0)

        mutating func add(_ x: Double, _ y: Double) {
            count += 1
            let before = (x: x - mean.x, y: y - mean.y)
            mean.x += before.x / count
            mean.y += before.y / count
            squares.xx += before.x * (x - mean.x)
            squares.xy += before.x * (y - mean.y)
            squares.yy += before.y * (y - mean.y)
        }

        var correlation: Double? {
            let scale = (squares.xx * squares.yy).squareRoot()
            return count > 1 && scale > 0 ? squares.xy / scale : nil
        }
    }
}
