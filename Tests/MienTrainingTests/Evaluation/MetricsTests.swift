import Foundation
import MienHeads
import MienSafetensors
import MienTensor
import MienTraining
import TestSupport
import Testing

extension Predictions {
    /// Predictions out of thin air.
    init(task: HeadTask, logits: [Float]) throws {
        let rows = logits.count / task.outputs
        let buffer = FloatBuffer(logits)
        // A head that hands its inputs on: no hidden layer, the identity as its weight.
        let outputs = task.outputs
        let identity = FloatBuffer((0..<outputs * outputs).map { $0 % (outputs + 1) == 0 ? 1 : 0 })
        let linear = LinearParameters(
            inputs: outputs, outputs: outputs, weight: identity, bias: FloatBuffer(count: outputs))
        let heads = Heads([HeadParameters(task: task, layers: [], output: linear)])
        let folder = try TemporaryFolder()
        var writer = SafetensorsWriter()
        writer.add(name: "features", shape: [rows, outputs], floats: buffer.span)
        try writer.write(to: folder.path + "/f")
        let features = try FeatureRows(SafetensorsFile(path: folder.path + "/f"))
        let labels = Labels(task: task, rows: [Float](repeating: 1, count: logits.count))
        try self.init(heads, Dataset(path: "f", features: features, labels: labels))
    }
}

/// Definitions are those of scikit-learn (`tools/goldens/training/metrics.py`).
@Suite struct MetricsTests {
    struct ExpressionGolden: Decodable {
        let labels: [Int8]
        let logits: [Float]
        let macro_f1, macro_f1_of_present, accuracy, loss, worst, ece: Double
        let confusion, support: [Int]
        let precision, recall, f1: [Double]
    }

    struct ActionUnitGolden: Decodable {
        let labels: [Float?]
        let logits: [Float]
        let thresholds, f1, f1_tuned: [Double]
        let macro_f1, loss, worst, ece: Double
    }

    struct GradedGolden: Decodable {
        let labels: [Float?]
        let logits: [Float]
        let r: [Double]
        let mean_r: Double
    }

    private func read<Golden: Decodable>(_ name: String) throws -> Golden {
        let data = try Data(contentsOf: URL(fileURLWithPath: golden("metrics-\(name).json")))
        return try JSONDecoder().decode(Golden.self, from: data)
    }

    private func close(_ a: Double?, _ b: Double, within tolerance: Double = 1e-9) -> Bool {
        a.map { abs($0 - b) <= tolerance } ?? false
    }

    @Test(arguments: ["expression", "few-classes"]) func expressions(name: String) throws {
        let golden: ExpressionGolden = try read(name)
        let predictions = try Predictions(task: .expression, logits: golden.logits)
        let labels = Labels(classes: golden.labels)
        let probabilities = predictions.probabilities(Calibration())
        let scores = Scores(
            task: .expression, probabilities: probabilities, samples: predictions.samples, labels: labels)
        #expect(close(scores.macroF1, golden.macro_f1))
        #expect(close(scores.confusion?.macroF1OfPresent, golden.macro_f1_of_present))
        #expect(close(scores.confusion?.accuracy, golden.accuracy))
        #expect(scores.confusion?.counts == golden.confusion)
        for index in 0..<8 {
            #expect(close(scores.each[index].precision, golden.precision[index]))
            #expect(close(scores.each[index].recall, golden.recall[index]))
            #expect(close(scores.each[index].f1, golden.f1[index]))
            #expect(scores.each[index].support == golden.support[index])
        }
        let losses = LossScores(predictions, labels: labels)
        #expect(close(losses.mean, golden.loss, within: 1e-6))
        #expect(close(losses.worstTenth, golden.worst, within: 1e-6))
        let error = CalibrationError.of(
            task: .expression, probabilities: probabilities, samples: predictions.samples, labels: labels)
        #expect(close(error, golden.ece, within: 1e-6))
    }

    @Test func actionUnits() throws {
        let golden: ActionUnitGolden = try read("au")
        let predictions = try Predictions(task: .actionUnits, logits: golden.logits)
        let labels = Labels(task: .actionUnits, rows: golden.labels.map { $0 ?? .nan })
        let probabilities = predictions.probabilities(Calibration())
        let scores = Scores(
            task: .actionUnits, probabilities: probabilities, samples: predictions.samples, labels: labels)
        let tuned = Scores(
            task: .actionUnits, probabilities: probabilities, samples: predictions.samples, labels: labels,
            thresholds: golden.thresholds)
        #expect(close(scores.macroF1, golden.macro_f1))
        for unit in 0..<12 {
            #expect(close(scores.each[unit].f1, golden.f1[unit]))
            #expect(close(tuned.each[unit].f1, golden.f1_tuned[unit]))
        }
        let losses = LossScores(predictions, labels: labels)
        #expect(close(losses.mean, golden.loss, within: 1e-6))
        #expect(close(losses.worstTenth, golden.worst, within: 1e-6))
        let error = CalibrationError.of(
            task: .actionUnits, probabilities: probabilities, samples: predictions.samples, labels: labels)
        #expect(close(error, golden.ece, within: 1e-6))
    }

    @Test func temperatureScalingUndoesAFactor() throws {
        // Labels drawn from the softmax of logits that are then tripled: the temperature is three.
        let count = 4000
        let logits = noise(count * 8, seed: 3)
        let uniform = RandomWords(seed: 4, purpose: .split, index: 1).words(count: count)
        let classes = (0..<count).map { row -> Int8 in
            var p = (0..<8).map { exp(Double(logits[row * 8 + $0])) }
            let sum = p.reduce(0, +)
            var rest = Double(uniform[row]) * 0x1p-32
            for index in 0..<8 {
                p[index] /= sum
                if rest < p[index] { return Int8(index) }
                rest -= p[index]
            }
            return 7
        }
        let labels = Labels(classes: classes)
        let predictions = try Predictions(task: .expression, logits: logits.map { 3 * $0 })
        let fitted = CalibrationFit.fit(predictions, labels: labels)
        #expect(abs(fitted.expressionTemperature - 3) < 0.15)
        func error(_ calibration: Calibration) -> Double {
            CalibrationError.of(
                task: .expression, probabilities: predictions.probabilities(calibration),
                samples: predictions.samples, labels: labels)!
        }
        #expect(error(fitted) < 0.2 * error(Calibration()))
    }

    @Test func thresholdsAreTheBestThereAre() throws {
        let golden: ActionUnitGolden = try read("au")
        let predictions = try Predictions(task: .actionUnits, logits: golden.logits)
        let labels = Labels(task: .actionUnits, rows: golden.labels.map { $0 ?? .nan })
        let fitted = CalibrationFit.fit(predictions, labels: labels)
        let probabilities = predictions.probabilities(fitted)
        func f1(_ thresholds: [Double]) -> [Double] {
            Scores(
                task: .actionUnits, probabilities: probabilities, samples: predictions.samples,
                labels: labels,
                thresholds: thresholds
            ).each.map(\.f1)
        }
        let best = f1(fitted.actionUnitThresholds)
        for step in 1...100 {
            let other = f1(Array(repeating: Double(step) / 100, count: 12))
            for unit in 0..<12 { #expect(other[unit] <= best[unit] + 1e-12) }
        }
        // A unit that never occurs keeps what it had.
        #expect(fitted.actionUnitThresholds[11] == 0.5 && fitted.actionUnitScale?[11] == 1)
        // Scaling moves nothing across 0.5.
        let raw = predictions.probabilities(Calibration())
        #expect(zip(raw, probabilities).allSatisfy { ($0 >= 0.5) == ($1 >= 0.5) })
    }

    @Test func gradedActionUnitsAreCorrelated() throws {
        let golden: GradedGolden = try read("graded")
        let predictions = try Predictions(task: .actionUnits, logits: golden.logits)
        let labels = Labels(task: .actionUnits, rows: golden.labels.map { $0 ?? .nan })
        let agreement = Agreement(
            probabilities: predictions.probabilities(Calibration()), samples: predictions.samples,
            labels: labels)
        // Probabilities are single precision.
        for (ours, theirs) in zip(agreement.each, golden.r) { #expect(close(ours, theirs, within: 1e-6)) }
        #expect(agreement.each[11] == nil, "labels that are all the same correlate with nothing")
        #expect(close(agreement.mean, golden.mean_r, within: 1e-6))
    }

    @Test func decisionsHaveNoCorrelation() throws {
        let golden: ActionUnitGolden = try read("au")
        let predictions = try Predictions(task: .actionUnits, logits: golden.logits)
        let folder = try TemporaryFolder()
        func report(_ degree: Float) throws -> EvaluationReport {
            let data = try Dataset(
                path: writeFeatures(folder, count: 120, width: 12, task: .actionUnits), task: .actionUnits)
            var graded = data
            graded.labels = Labels(
                task: .actionUnits, rows: golden.labels.map { $0.map { $0 * degree } ?? .nan })
            return EvaluationReport(predictions, graded, manifest: nil)
        }
        #expect(try report(1).agreement == nil && report(1).json.members?["mean_pearson_r"] == nil)
        let graded = try report(0.75)
        #expect(graded.json.members?["mean_pearson_r"]?.double == graded.agreement?.mean)
        #expect(graded.text.contains("Pearson's r with graded labels, mean"))
    }

    @Test func theTemporalMeanStaysInItsWindowAndGroup() {
        let samples = [0, 1, 2, 3, 4, 5]
        let groups: [Int64] = [1, 1, 1, 1, 2, 2]
        let times = [0.0, 0.1, 0.2, 1.0, 0.0, 0.1]
        let values: [Float] = [1, 2, 6, 4, 10, 20]
        let mean = TemporalMean.apply(
            values, outputs: 1, samples: samples, groups: groups, times: times, window: 0.2)
        #expect(mean == [1.5, 3, 4, 4, 15, 15])
        let none = TemporalMean.apply(
            values, outputs: 1, samples: samples, groups: groups, times: times, window: 0)
        #expect(none == values)
    }

    @Test func aVoteAveragesTheMajorityAlone() {
        let values: [Float] = [0.9, 0.1, 0.7, 0.3, 0.2, 0.8, 0.6, 0.4, 0, 1, 0.4, 0.6]
        let vote = TemporalMean.apply(
            values, outputs: 2, samples: Array(0..<6), groups: Array(repeating: 1, count: 6),
            times: [0, 0.1, 0.2, 0.3, 0.4, 0.5], window: 0.2, votes: true)
        // Of two that disagree, the surer one.
        let expected: [Float] = [0.8, 0.2, 0.8, 0.2, 0.65, 0.35, 0.1, 0.9, 0.2, 0.8, 0.2, 0.8]
        for (value, other) in zip(vote, expected) { #expect(abs(value - other) < 1e-6) }
    }

    @Test func reportsRenderEverything() throws {
        let golden: ActionUnitGolden = try read("au")
        let predictions = try Predictions(task: .actionUnits, logits: golden.logits)
        let folder = try TemporaryFolder()
        let data = try Dataset(
            path: writeFeatures(folder, count: 120, width: 12, task: .actionUnits), task: .actionUnits)
        var manifest = ModelManifest()
        manifest.calibration.actionUnitThresholds[2] = 0.3
        let report = EvaluationReport(predictions, data, manifest: manifest)
        #expect(report.tuned != nil && report.smoothed != nil && report.smoothedAndTuned != nil)
        #expect(report.json.members?["macro_f1"]?.double == report.plain.macroF1)
        #expect(report.json.members?["macro_f1_tuned"] != nil)
        #expect(report.csv.split(separator: "\n").count == 1 + 4 * 13)
        #expect(report.csv.hasPrefix("measure,label,precision,recall,f1,support\nplain,AU01,"))
        #expect(report.text.contains("macro F1, smoothed, tuned thresholds"))
    }
}
