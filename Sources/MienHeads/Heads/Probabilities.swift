import Foundation

// Twenty numbers a face: plain loops, in double precision so that the result is the nearest float.

/// Softmax of each row of `logits` (rows x 8) divided by the temperature; `probabilities` may be `logits`.
///
/// A row does not depend on the others. It adds up to 1 and has no NaN unless the logits have.
package func softmax(
    _ logits: UnsafePointer<Float>, rows: Int, calibration: Calibration,
    probabilities: UnsafeMutablePointer<Float>
) {
    let count = HeadTask.expression.outputs
    let scale = 1 / calibration.expressionTemperature
    for row in 0..<rows {
        let z = logits + row * count
        let p = probabilities + row * count
        var highest = z[0]
        for i in 1..<count { highest = max(highest, z[i]) }
        let exponentials = InlineArray<8, Double> { exp(Double(z[$0] - highest) * scale) }
        var sum = 0.0
        for i in 0..<count { sum += exponentials[i] }
        for i in 0..<count { p[i] = Float(exponentials[i] / sum) }
    }
}

/// Sigmoid of each row of `logits` (rows x 12) after the calibration's scale and bias; `probabilities` may be
/// `logits`.
package func sigmoid(
    _ logits: UnsafePointer<Float>, rows: Int, calibration: Calibration,
    probabilities: UnsafeMutablePointer<Float>
) {
    let count = HeadTask.actionUnits.outputs
    let scale = calibration.actionUnitScale
    let bias = calibration.actionUnitBias
    for row in 0..<rows {
        for unit in 0..<count {
            let z = Double(logits[row * count + unit]) * (scale?[unit] ?? 1) + (bias?[unit] ?? 0)
            probabilities[row * count + unit] = Float(1 / (1 + exp(-z)))
        }
    }
}
