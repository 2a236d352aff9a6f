import Foundation
import MienHeads
import MienSafetensors
import MienTensor
import TestSupport
import Testing

@Suite struct HeadsTests {
    @Test(arguments: [("three", 24), ("none", 10), ("uneven", 33)])
    func logitsAreThoseOfPyTorch(name: String, width: Int) throws {
        let heads = try Heads(path: golden("heads-\(name)"), width: width)
        let answers = try SafetensorsFile(path: golden("heads-\(name)-answers"))
        let embeddings = try answers.floats("embeddings")
        let rows = embeddings.count / width
        for task in HeadTask.allCases {
            #expect(heads.has(task) == (answers.tensors["\(task.rawValue).logits"] != nil))
            guard heads.has(task) else { continue }
            let logits = FloatBuffer(count: rows * task.outputs)
            heads(task, embeddings: embeddings.baseAddress, count: rows, logits: logits.baseAddress)
            let expected = try answers.floats("\(task.rawValue).logits", shape: [rows, task.outputs])
            for (logit, answer) in zip(array(logits), array(expected)) {
                #expect(abs(logit - answer) < 2e-5 * max(1, abs(answer)))
            }

            var calibration = Calibration()
            calibration.expressionTemperature = 1.7
            switch task {
            case .expression:
                softmax(
                    logits.baseAddress, rows: rows, calibration: calibration,
                    probabilities: logits.baseAddress)
            case .actionUnits:
                sigmoid(
                    logits.baseAddress, rows: rows, calibration: calibration,
                    probabilities: logits.baseAddress)
            }
            let probabilities = try answers.floats("\(task.rawValue).probabilities")
            for (probability, answer) in zip(array(logits), array(probabilities)) {
                #expect(abs(probability - answer) < 1e-5)
            }
        }
    }

    @Test(arguments: [HeadTask.expression, .actionUnits])
    func anEmbeddingHasTheSameLogitsInAnyBatch(task: HeadTask) throws {
        let heads = try Heads(path: golden("heads-three"))
        let width = heads.width
        let rows = 9
        // One element off the alignment, as rows in the middle of a batch may be.
        let embeddings = FloatBuffer((0...rows * width).map { Float(sin(Double($0))) })
        let first = embeddings.baseAddress + 1
        let together = FloatBuffer(count: rows * task.outputs)
        heads(task, embeddings: first, count: rows, logits: together.baseAddress)
        for row in 0..<rows {
            let alone = FloatBuffer(count: task.outputs)
            heads(task, embeddings: first + row * width, count: 1, logits: alone.baseAddress)
            let range = row * task.outputs..<(row + 1) * task.outputs
            #expect(array(alone).map(\.bitPattern) == array(together)[range].map(\.bitPattern))
        }
    }

    @Test func actionUnitCalibrationScalesAndShiftsLogits() {
        var calibration = Calibration()
        calibration.actionUnitScale = (0..<12).map { Double($0) }
        calibration.actionUnitBias = Array(repeating: -1, count: 12)
        let logits = [Float](repeating: 0.5, count: 12)
        var probabilities = [Float](repeating: 0, count: 12)
        sigmoid(logits, rows: 1, calibration: calibration, probabilities: &probabilities)
        for unit in 0..<12 {
            let expected = 1 / (1 + exp(-(0.5 * Double(unit) - 1)))
            #expect(abs(Double(probabilities[unit]) - expected) < 1e-7)
        }
    }

    @Test func extremeLogitsGiveProbabilities() {
        var logits: [Float] = [3e38, -3e38, 0, 0, 0, 0, 0, 0]
        softmax(logits, rows: 1, calibration: Calibration(), probabilities: &logits)
        #expect(logits == [1, 0, 0, 0, 0, 0, 0, 0])
        var units = [Float](repeating: -3e38, count: 11) + [3e38]
        sigmoid(units, rows: 1, calibration: Calibration(), probabilities: &units)
        #expect(units == [Float](repeating: 0, count: 11) + [1])
    }
}

@Suite struct HeadsErrorTests {
    private func message(_ change: (inout HeadTensors) -> Void, width: Int? = nil) throws -> String {
        var tensors = HeadTensors()
        change(&tensors)
        let folder = try TemporaryFolder()
        let path = try tensors.write(to: folder)
        do throws(HeadsError) {
            _ = try Heads(path: path, width: width)
            return "no error"
        } catch {
            #expect(error.description.hasPrefix(path))
            return String(error.description.dropFirst(path.count))
        }
    }

    @Test func aWrongShapeIsNamed() throws {
        #expect(
            try message {
                $0.tensors["expression.layers.1.linear.weight"] = ([4, 3], .init(repeating: 1, count: 12))
            }
                == ": tensor \"expression.layers.1.linear.weight\" has shape [4, 3], expected [4, 4]")
        #expect(
            try message { $0.tensors["expression.output.weight"] = ([7, 4], .init(repeating: 1, count: 28)) }
                == ": tensor \"expression.output.weight\" has shape [7, 4], expected [8, 4]")
    }

    @Test func anotherEmbeddingWidthIsNamed() throws {
        #expect(
            try message({ _ in }, width: 768)
                == ": tensor \"expression.layers.0.linear.weight\" has shape [4, 4], expected [4, 768]: the "
                + "encoder's embeddings have 768 elements")
    }

    @Test(arguments: [
        "expression.output.bias", "expression.layers.0.norm.running_var", "expression.layers.1.linear.bias",
    ])
    func aMissingTensorIsNamed(name: String) throws {
        #expect(try message { $0.tensors[name] = nil } == ": tensor \"\(name)\" is missing")
    }

    @Test func aGapBetweenLayersIsNotIgnored() throws {
        let text = try message { $0.tensors["expression.layers.0.linear.weight"] = nil }
        #expect(text.contains("expression.layers.") || text.contains("expression.output"))
        let stray = try message { $0.tensors["expression.layers.7.linear.bias"] = ([1], [0]) }
        #expect(stray.hasPrefix(": tensor \"expression.layers.7.linear.bias\" belongs to no head"))
        let other = try message { $0.tensors["valence.output.bias"] = ([1], [0]) }
        #expect(other.hasPrefix(": tensor \"valence.output.bias\" belongs to no head"))
    }

    @Test func numbersThatNoHeadHasAreNamed() throws {
        #expect(
            try message { $0.tensors["expression.output.bias"]!.values[3] = .nan }
                == ": tensor \"expression.output.bias\", element 3: nan, expected a finite number")
        #expect(
            try message { $0.tensors["expression.layers.0.norm.running_var"]!.values[1] = -1 }
                == ": tensor \"expression.layers.0.norm.running_var\", element 1: -1.0, expected a variance of "
                + "0 or more")
    }

    @Test func aFileWithoutHeadsIsNamed() throws {
        #expect(
            try message { $0.tensors = ["logit_scale": ([1], [1])] }.contains("expected at least one head"))
    }

    @Test func aMissingFileIsNamed() {
        #expect(throws: HeadsError.self) { _ = try Heads(path: "/nowhere/heads.safetensors") }
    }
}
