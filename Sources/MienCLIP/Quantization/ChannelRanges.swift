import MienTensor

/// The largest magnitude of every input channel of a block's four products, over some pictures.
struct ChannelRanges {
    private var largest: [[Float]]

    init() {
        largest = Array(repeating: [], count: ResidualBlock.Stage.allCases.count)
    }

    subscript(stage: ResidualBlock.Stage) -> [Float] { largest[stage.rawValue] }

    mutating func add(_ rows: Matrix, to stage: ResidualBlock.Stage) {
        if largest[stage.rawValue].isEmpty {
            largest[stage.rawValue] = Array(repeating: 0, count: rows.columns)
        }
        rows.raiseMagnitudes(&largest[stage.rawValue])
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
        let activations = self[stage]
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

extension Float {
    /// The logarithm to base 2, accurate enough to be rounded.
    fileprivate var logarithm2: Float { Float(exponent) + significand - 1 }
}
