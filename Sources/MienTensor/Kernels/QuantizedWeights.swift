import CKernels

/// The weight of a linear layer in 8 bits, row by row: W factors ~ scale * values.
///
/// Every row has its own scale. Groups of eight or four weights obey the rule of `gemm_s8.h`, which keeps sums exact.
package struct QuantizedWeights: Sendable {
    /// The number of outputs, N.
    package let outputs: Int
    /// The number of inputs, K.
    package let inputs: Int
    /// (N, K)
    package let values: [Int8]
    /// N scales.
    package var scales: [Float]

    package init(outputs: Int, inputs: Int, values: [Int8], scales: [Float]) {
        precondition(
            values.count == outputs * inputs && scales.count == outputs,
            "\(values.count) values and \(scales.count) scales are not \(outputs) outputs of \(inputs) inputs"
        )
        self.outputs = outputs
        self.inputs = inputs
        self.values = values
        self.scales = scales
    }

    /// Quantises a weight, each of whose columns is first multiplied by its factor.
    ///
    /// - Parameters:
    ///   - weights: (N, K).
    ///   - factors: K factors.
    package init(
        _ weights: Matrix, factors: [Float], workers: Workers, instructionSet: InstructionSet = .default
    ) {
        precondition(factors.count == weights.columns, "\(factors.count) factors, not \(weights.columns)")
        let (outputs, inputs) = (weights.rows, weights.columns)
        var scales = [Float](repeating: 0, count: outputs)
        let values = [Int8](unsafeUninitializedCapacity: outputs * inputs) { values, count in
            let q = values.baseAddress
            scales.withUnsafeMutableBufferPointer { scales in
                factors.withUnsafeBufferPointer { factors in
                    let (scales, factors) = (scales.baseAddress, factors.baseAddress)
                    let rows = 64
                    workers.run((outputs + rows - 1) / rows) { piece in
                        mien_s8_quantize_weights(
                            instructionSet.kernels, weights.baseAddress, weights.stride, piece * rows,
                            min((piece + 1) * rows, outputs),
                            inputs, factors, q, scales)
                    }
                }
            }
            count = outputs * inputs
        }
        self.init(outputs: outputs, inputs: inputs, values: values, scales: scales)
    }

    /// Several weights of the same inputs, one above the other.
    package init(stacking parts: [QuantizedWeights]) {
        self.init(
            outputs: parts.reduce(0) { $0 + $1.outputs }, inputs: parts[0].inputs,
            values: parts.flatMap(\.values), scales: parts.flatMap(\.scales))
    }

    /// Some of the rows.
    package subscript(rows: Range<Int>) -> QuantizedWeights {
        QuantizedWeights(
            outputs: rows.count, inputs: inputs,
            values: Array(values[rows.lowerBound * inputs..<rows.upperBound * inputs]),
            scales: Array(scales[rows]))
    }
}
