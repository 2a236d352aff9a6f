import Foundation
import MienTensor
import MienSafetensors
import Testing

import MienHeads

/// The heads of the model that ships with the package, on embeddings of a few dozen faces (FER+, validation) with what
/// PyTorch reads from them: `tools/train_default/golden.py`. Its encoder has a golden of its own, in MienCLIPTests.
@Suite struct DefaultModelTests {
    private let heads: Heads
    private let calibration: Calibration
    private let faces: SafetensorsFile

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Mien/Resources/default").standardizedFileURL.path
        heads = try Heads(path: folder + "/heads.safetensors")
        calibration = try ModelManifest(path: folder + "/mien.json").calibration
        faces = try SafetensorsFile(path: golden("default"))
    }

    private func probabilities(_ task: HeadTask) throws -> [Float] {
        let features = try faces.floats("features")
        let rows = features.count / heads.width
        let output = FloatBuffer(count: rows * task.outputs)
        heads(task, embeddings: features.baseAddress, count: rows, logits: output.baseAddress)
        switch task {
        case .expression:
            softmax(
                output.baseAddress, rows: rows, calibration: calibration, probabilities: output.baseAddress)
        case .actionUnits:
            sigmoid(
                output.baseAddress, rows: rows, calibration: calibration, probabilities: output.baseAddress)
        }
        return array(output)
    }

    @Test(arguments: [(HeadTask.expression, "expression"), (.actionUnits, "action_units")])
    func probabilitiesAreThoseOfPyTorch(task: HeadTask, name: String) throws {
        let ours = try probabilities(task)
        let theirs = array(try faces.floats(name))
        #expect(ours.count == theirs.count && ours.count >= 36 * task.outputs)
        for (one, other) in zip(ours, theirs) { #expect(abs(one - other) < 1e-5) }
    }

    /// Six faces of each expression: far more of the rare ones than there are in the data, so that this is no figure
    /// to report, but one that a worse model does not reach.
    @Test func everyExpressionIsToldFromTheOthers() throws {
        let votes = array(try faces.floats("votes"))
        let read = try probabilities(.expression)
        func winner(_ row: ArraySlice<Float>) -> Int {
            row.indices.max { row[$0] < row[$1] }.map { $0 - row.startIndex } ?? -1
        }
        let pairs = stride(from: 0, to: votes.count, by: 8).map { start in
            (truth: winner(votes[start..<start + 8]), found: winner(read[start..<start + 8]))
        }
        let f1 = (0..<8).map { label in
            let hits = pairs.count { $0.truth == label && $0.found == label }
            let named = pairs.count { $0.truth == label } + pairs.count { $0.found == label }
            return 2 * Double(hits) / Double(max(named, 1))
        }
        #expect(f1.reduce(0, +) / 8 >= 0.5, "F1 of each expression: \(f1)")
    }

    @Test func actionUnitsFollowTheDegreesTheyWereTaught() throws {
        let degrees = array(try faces.floats("degrees")).map(Double.init)
        let read = try probabilities(.actionUnits).map(Double.init)
        let correlations = (0..<12).map { unit in
            let x = stride(from: unit, to: read.count, by: 12).map { read[$0] }
            let y = stride(from: unit, to: degrees.count, by: 12).map { degrees[$0] }
            let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
            let together = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
            let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
            let taught = y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
            return together / (spread * taught).squareRoot()
        }
        #expect(correlations.reduce(0, +) / 12 >= 0.6, "r of each action unit: \(correlations)")
    }
}
