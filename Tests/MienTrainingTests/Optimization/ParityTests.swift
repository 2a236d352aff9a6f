import Foundation
import MienHeads
import MienTensor
import MienSafetensors
import Testing

import MienTraining

/// 50 steps, dropout off, same initial weights and batches as a PyTorch reference in double precision
/// (`tools/goldens/training/parity.py`).
@Suite struct ParityTests {
    struct Method: Sendable, CustomTestStringConvertible {
        var name: String
        var task = HeadTask.expression
        var alpha = 1.0
        var sharpness = SharpnessOptions()
        var aucShare = 0.0
        var testDescription: String { name }
    }

    static let methods = [
        Method(name: "erm"),
        Method(name: "cvar", alpha: 0.5),
        Method(name: "sam", sharpness: .init(rho: 0.5)),
        Method(name: "cvar-sam", alpha: 0.5, sharpness: .init(rho: 0.5)),
        Method(name: "cvar-asam", alpha: 0.3, sharpness: .init(rho: 0.5, isAdaptive: true)),
        Method(name: "au-cvar-sam", task: .actionUnits, alpha: 0.5, sharpness: .init(rho: 0.05)),
        Method(name: "au-cvar-auc", task: .actionUnits, alpha: 0.5, aucShare: 0.2),
    ]

    @Test(arguments: methods) func stepsFollowPyTorch(method: Method) throws {
        let file = try SafetensorsFile(path: golden("parity-\(method.name).safetensors"))
        let shape = HeadShape(task: method.task, width: 24)
        let weights = HeadWeights(shape: shape)
        try weights.read(from: file, prefix: "before.")
        let after = HeadWeights(shape: shape)
        try after.read(from: file, prefix: "after.")
        var loss = LossOptions()
        loss.alpha = method.alpha
        loss.aucShare = method.aucShare
        let batch = 16
        let optimizer = HeadOptimizer(
            weights: weights, loss: loss, adam: AdamWOptions(), sharpness: method.sharpness, dropout: 0,
            batchSize: batch, seed: 5, workers: Workers(count: 2))

        let features = array(try file.floats("features"))
        let targets: [Float]
        if method.task == .expression {
            targets = try file.integers("targets").flatMap { label in
                (0..<8).map { $0 == Int(label) ? Float(1) : 0 }
            }
        } else {
            targets = array(try file.floats("targets"))
        }
        let outputs = shape.outputs
        let order = try file.integers("order").map { Int($0) }
        let expected = try file.doubles("losses")
        for step in expected.indices {
            let rows = order[step * batch..<(step + 1) * batch]
            let x = FloatBuffer(rows.flatMap { features[$0 * 24..<($0 + 1) * 24] })
            let y = FloatBuffer(rows.flatMap { targets[$0 * outputs..<($0 + 1) * outputs] })
            let loss = try optimizer.step(
                Matrix(x.baseAddress, rows: batch, columns: 24), targets: y.baseAddress, rate: 1e-3)
            #expect(abs(loss - expected[step]) < 1e-4 * expected[step], "step \(step)")
        }
        for tensor in weights.layout.tensors {
            let (found, wanted) = (weights.parameters.baseAddress, after.parameters.baseAddress)
            let scale = tensor.range.map { abs(wanted[$0]) }.max() ?? 0
            let difference = tensor.range.map { abs(found[$0] - wanted[$0]) }.max() ?? 0
            #expect(difference <= 1e-4 * scale, "\(tensor.name)")
        }
        for index in 0..<weights.statistics.count {
            let (found, wanted) = (weights.statistics.baseAddress[index], after.statistics.baseAddress[index])
            #expect(abs(found - wanted) <= 1e-4 * max(1, abs(wanted)))
        }
    }
}
