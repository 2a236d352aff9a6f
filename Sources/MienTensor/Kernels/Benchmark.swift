import COpenBLAS

/// How fast matrix products run here, for `mien bench`.
package struct MultiplyBenchmark {
    /// Billions of floating-point operations per second of the packed product.
    package var packed: Double
    /// The same of OpenBLAS on one thread.
    package var openBLAS: Double

    /// Measures both in turn and keeps the best of each, which other load disturbs least.
    ///
    /// - Parameters:
    ///   - rows: m, such as images * tokens.
    ///   - outputs: N.
    ///   - inputs: K.
    ///   - repetitions: How often to run each.
    package init(rows: Int, outputs: Int, inputs: Int, workers: Workers, repetitions: Int = 20) {
        let values = { (count: Int) in (0..<count).map { Float($0 % 101 - 50) / 50 } }
        let input = FloatBuffer(values(rows * inputs))
        let weights = FloatBuffer(values(outputs * inputs))
        let output = FloatBuffer(count: rows * outputs)
        let packedWeights = PackedMatrix(weights: weights, outputs: outputs, inputs: inputs)
        let workspace = Workspace()
        let inputMatrix = input.matrix(rows: rows, columns: inputs).readOnly
        let weightMatrix = weights.matrix(rows: outputs, columns: inputs).readOnly
        let outputMatrix = output.matrix(rows: rows, columns: outputs)
        var best = (packed: Duration.seconds(3600), openBLAS: Duration.seconds(3600))
        let clock = ContinuousClock()
        for _ in 0..<repetitions {
            best.packed = min(
                best.packed,
                clock.measure {
                    multiply(
                        inputMatrix, packedWeights, into: outputMatrix, workspace: workspace, workers: workers
                    )
                })
            best.openBLAS = min(
                best.openBLAS,
                clock.measure {
                    multiply(inputMatrix, .asStored, weightMatrix, .transposed, into: outputMatrix)
                })
        }
        let operations = 2e-9 * Double(rows) * Double(outputs) * Double(inputs)
        packed = operations / (best.packed / .seconds(1))
        openBLAS = operations / (best.openBLAS / .seconds(1))
    }
}
