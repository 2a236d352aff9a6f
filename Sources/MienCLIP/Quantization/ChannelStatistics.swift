import MienTensor

/// The largest magnitude and the mean of every input channel of a block's four products, over some pictures.
struct ChannelStatistics {
    private var channels: [Channels]

    private struct Channels {
        var largest: [Float] = []
        var sums: [Double] = []
        var count = 0

        mutating func add(_ rows: Matrix) {
            if count == 0 {
                largest = Array(repeating: 0, count: rows.columns)
                sums = Array(repeating: 0, count: rows.columns)
            }
            rows.raiseMagnitudes(&largest)
            rows.addRows(to: &sums)
            count += rows.rows
        }
    }

    init() {
        channels = Array(repeating: Channels(), count: ResidualBlock.Stage.allCases.count)
    }

    mutating func add(_ rows: Matrix, to stage: ResidualBlock.Stage) {
        channels[stage.rawValue].add(rows)
    }

    /// The mean of every channel.
    func means(_ stage: ResidualBlock.Stage) -> [Float] {
        let channels = channels[stage.rawValue]
        return channels.sums.map { Float($0 / Double(channels.count)) }
    }

    /// What each channel of a product's weight is multiplied with, and its input divided by, so that both are
    /// quantised well: the root of the ratio of their ranges, which makes the two ranges equal.
    ///
    /// CLIP models have a few channels whose activations are tens of times larger than all others; quantised
    /// row by row, they would leave the others a handful of steps. Factors are powers of two, so that moving
    /// them into the layer before changes no bit.
    ///
    /// Xiao et al., SmoothQuant, 2023, with alpha = 0.5.
    func factors(_ stage: ResidualBlock.Stage, weights: Matrix) -> [Float] {
        let activations = channels[stage.rawValue].largest
        var columns = [Float](repeating: 0, count: weights.columns)
        weights.raiseMagnitudes(&columns)
        // A channel that is always zero, on either side, is left alone.
        let exponents = zip(activations, columns).map { activation, weight in
            activation > 0 && weight > 0 && (activation / weight).isFinite
                ? (activation / weight).logarithm2 / 2 : nil
        }
        let known = exponents.compactMap(\.self)
        let mean = known.isEmpty ? 0 : known.reduce(0, +) / Float(known.count)
        return exponents.map { exponent in
            guard let exponent else { return 1 }
            // More than a thousandfold is a dead channel, not a quiet one.
            let whole = Int(min(max((exponent - mean).rounded(), -10), 10))
            return Float(sign: .plus, exponent: whole, significand: 1)
        }
    }
}

extension Matrix {
    /// Raises each element of `largest` to the largest magnitude in its column.
    fileprivate func raiseMagnitudes(_ largest: inout [Float]) {
        largest.withUnsafeMutableBufferPointer { largest in
            for row in 0..<rows {
                let values = baseAddress + row * stride
                for column in largest.indices { largest[column] = max(largest[column], abs(values[column])) }
            }
        }
    }
}

extension Matrix {
    /// Adds each column's elements to an element of `sums`.
    fileprivate func addRows(to sums: inout [Double]) {
        sums.withUnsafeMutableBufferPointer { sums in
            for row in 0..<rows {
                let values = baseAddress + row * stride
                for column in sums.indices { sums[column] += Double(values[column]) }
            }
        }
    }
}

extension Float {
    /// The logarithm to base 2, accurate enough to be rounded.
    fileprivate var logarithm2: Float { Float(exponent) + significand - 1 }
}
