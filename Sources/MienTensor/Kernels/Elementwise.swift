import CKernels

private func rowKernels(_ instructionSet: InstructionSet) -> mien_rows_kernels {
    mien_rows_kernels_for(instructionSet.kernels).pointee
}

/// Each row: (x - mean) / sqrt(variance + epsilon) * weight + bias.
///
/// - Parameters:
///   - weight: As many elements as a row.
///   - bias: As many elements as a row.
///   - output: May be the input.
package func layerNorm(
    _ input: Matrix, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float,
    into output: MutableMatrix, instructionSet: InstructionSet = .default
) {
    precondition(
        input.rows == output.rows && input.columns == output.columns && input.columns > 0,
        "an output of \(output.rows) x \(output.columns) does not fit \(input.rows) x \(input.columns)")
    rowKernels(instructionSet).layer_norm(
        input.baseAddress, input.stride, input.rows, input.columns, weight, bias, epsilon,
        output.baseAddress, output.stride)
}

/// Each row, in place: exp(scale x) / sum of exp(scale x), for a scale above 0.
package func softmaxRows(
    _ matrix: MutableMatrix, scale: Float = 1, instructionSet: InstructionSet = .default
) {
    precondition(scale > 0, "a softmax with scale \(scale) would overflow")
    precondition(matrix.columns > 0, "an empty row has no softmax")
    rowKernels(instructionSet).softmax(
        matrix.baseAddress, matrix.stride, matrix.rows, matrix.columns, scale)
}

/// Applies `activation` to `count` elements; `output` may be `input`.
package func apply(
    _ activation: Activation, to input: UnsafePointer<Float>, count: Int,
    into output: UnsafeMutablePointer<Float>, instructionSet: InstructionSet = .default
) {
    rowKernels(instructionSet).apply(activation.kernel, input, count, output)
}

/// 1 / (1 + exp(-x)) for `count` elements; `output` may be `input`.
package func sigmoid(
    _ input: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>,
    instructionSet: InstructionSet = .default
) {
    rowKernels(instructionSet).apply(MIEN_ACTIVATION_SIGMOID, input, count, output)
}

/// exp(x) for `count` elements, 0 where that is below the smallest normal number; `output` may be `input`.
package func exponential(
    _ input: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>,
    instructionSet: InstructionSet = .default
) {
    rowKernels(instructionSet).apply(MIEN_ACTIVATION_EXP, input, count, output)
}

/// a + b for `count` elements; `output` may be `a` or `b`.
package func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int,
    into output: UnsafeMutablePointer<Float>, instructionSet: InstructionSet = .default
) {
    rowKernels(instructionSet).add(a, b, count, output)
}

/// Turns 8-bit colours into what a network expects: (value / 255 - mean) / deviation for each channel.
package struct PixelNormalization: Sendable {
    private let mean: (Float, Float, Float)
    private let scale: (Float, Float, Float)

    /// - Parameters:
    ///   - mean: Red, green and blue, on a scale from 0 to 1.
    ///   - deviation: Red, green and blue, on a scale from 0 to 1.
    package init(mean: (Double, Double, Double), deviation: (Double, Double, Double)) {
        self.mean = (Float(255 * mean.0), Float(255 * mean.1), Float(255 * mean.2))
        scale = (
            Float(1 / (255 * deviation.0)), Float(1 / (255 * deviation.1)), Float(1 / (255 * deviation.2))
        )
    }

    /// Converts `count` pixels of interleaved red, green and blue, keeping their order.
    package func callAsFunction(
        _ pixels: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<Float>,
        instructionSet: InstructionSet = .default
    ) {
        withUnsafePointer(to: mean) { mean in
            withUnsafePointer(to: scale) { scale in
                rowKernels(instructionSet).normalise_pixels(
                    pixels, count, UnsafeRawPointer(mean).assumingMemoryBound(to: Float.self),
                    UnsafeRawPointer(scale).assumingMemoryBound(to: Float.self), output)
            }
        }
    }
}
