import Foundation
import MienHeads
import Testing

import MienTraining

@Suite struct ObjectiveTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var task: HeadTask
        var options: LossOptions
        var hasSoftLabels = false
        var hasMissingLabels = false
        var testDescription: String { name }

        init(
            _ name: String, _ task: HeadTask, soft: Bool = false, missing: Bool = false,
            _ set: (inout LossOptions) -> Void
        ) {
            self.name = name
            self.task = task
            var options = LossOptions()
            set(&options)
            self.options = options
            hasSoftLabels = soft
            hasMissingLabels = missing
        }
    }

    static let cases: [Case] = [
        Case("cross-entropy", .expression) { _ in },
        Case("cross-entropy, soft, smoothed, weighted", .expression, soft: true) {
            $0.labelSmoothing = 0.1
            $0.classWeights = [1, 2, 0.5, 3, 1, 1, 0, 4]
        },
        Case("cross-entropy, CVaR", .expression) { $0.alpha = 0.3 },
        Case("binary", .actionUnits) { _ in },
        Case("binary, soft, missing, weighted, CVaR", .actionUnits, soft: true, missing: true) {
            $0.alpha = 0.37
            $0.labelSmoothing = 0.05
            $0.positiveWeights = (1...12).map { Double($0) / 3 }
        },
        Case("binary, AUC", .actionUnits, missing: true) {
            $0.alpha = 0.5
            $0.aucShare = 0.2
        },
        Case("AUC alone", .actionUnits) { $0.aucShare = 1 },
    ]

    static let rows = 9

    private func targets(_ golden: Case) -> [Float] {
        let outputs = golden.task.outputs
        let random = noise(Self.rows * outputs, seed: 8)
        if golden.task == .actionUnits {
            return random.enumerated().map { index, value in
                if golden.hasMissingLabels && index % 5 == 2 { return .nan }
                return golden.hasSoftLabels ? min(max(0.5 + value, 0), 1) : (value > 0.3 ? 1 : 0)
            }
        }
        return (0..<Self.rows).flatMap { row -> [Float] in
            if golden.hasSoftLabels {
                let votes = random[row * outputs..<(row + 1) * outputs].map { abs($0) }
                return votes.map { $0 / votes.reduce(0, +) }
            }
            return (0..<outputs).map { $0 == row % outputs ? 1 : 0 }
        }
    }

    /// The logits are float, so the steps are large enough for them and the differences of second order.
    @Test(arguments: cases) func gradientIsTheSlope(golden: Case) {
        var objective = Objective(task: golden.task, options: golden.options)
        var logits = noise(Self.rows * golden.task.outputs, seed: 4)
        let targets = targets(golden)
        var gradient = [Float](repeating: 0, count: logits.count)
        var ignored = gradient
        let loss = objective(logits: logits, targets: targets, rows: Self.rows, gradient: &gradient)
        #expect(loss.isFinite && loss > 0)
        for index in logits.indices {
            let (saved, step) = (logits[index], Float(0x1p-9))
            logits[index] = saved + step
            let up = objective(logits: logits, targets: targets, rows: Self.rows, gradient: &ignored)
            logits[index] = saved - step
            let down = objective(logits: logits, targets: targets, rows: Self.rows, gradient: &ignored)
            logits[index] = saved
            #expect(abs((up - down) / Double(2 * step) - Double(gradient[index])) < 2e-5, "\(index)")
        }
    }

    @Test func valuesAreThoseOfPyTorch() {
        // torch.nn.functional.cross_entropy([[1, 2, 3, 0, 0, 0, 0, 0]], [1], label_smoothing=0.1) and
        // binary_cross_entropy_with_logits([2], [1], pos_weight=3).
        var gradient = [Double](repeating: 0, count: 8)
        let smoothed = CrossEntropy(classes: 8, labelSmoothing: 0.1)(
            logits: [1, 2, 3, 0, 0, 0, 0, 0], target: [0, 1, 0, 0, 0, 0, 0, 0], gradient: &gradient)
        let logSum = log(exp(1.0) + exp(2.0) + exp(3.0) + 5)
        #expect(abs(smoothed - (0.9 * (logSum - 2) + 0.1 * (logSum - 6.0 / 8))) < 1e-12)
        let binary = BinaryCrossEntropy(units: 1, positiveWeights: [3])(logit: 2, target: 1, unit: 0)
        #expect(abs(binary.loss - 3 * log(1 + exp(-2.0))) < 1e-12)
    }

    @Test func alphaOneIsERMBitForBit() {
        for task in HeadTask.allCases {
            let logits = noise(Self.rows * task.outputs, seed: 6)
            let targets = targets(Case("hard", task) { _ in })
            var erm = Objective(task: task, options: LossOptions())
            var options = LossOptions()
            options.alpha = 1
            var cvar = Objective(task: task, options: options)
            var (a, b) = (logits, logits)
            let values = (
                erm(logits: logits, targets: targets, rows: Self.rows, gradient: &a),
                cvar(logits: logits, targets: targets, rows: Self.rows, gradient: &b)
            )
            #expect(values.0.bitPattern == values.1.bitPattern)
            #expect(a.map(\.bitPattern) == b.map(\.bitPattern))
        }
    }

    @Test func hugeLogitsStayFinite() {
        for task in HeadTask.allCases {
            var objective = Objective(task: task, options: LossOptions())
            var logits = [Float](repeating: -200, count: 2 * task.outputs)
            logits[0] = 300
            var targets = [Float](repeating: 0, count: 2 * task.outputs)
            targets[1] = 1
            targets[task.outputs] = 1
            var gradient = logits
            let loss = objective(logits: logits, targets: targets, rows: 2, gradient: &gradient)
            #expect(loss.isFinite && gradient.allSatisfy { $0.isFinite })
        }
    }

    @Test func aBatchWithoutLabelsCostsNothing() {
        var objective = Objective(task: .actionUnits, options: LossOptions())
        var gradient = [Float](repeating: 1, count: 12)
        let targets = [Float](repeating: .nan, count: 12)
        #expect(objective(logits: noise(12), targets: targets, rows: 1, gradient: &gradient) == 0)
        #expect(gradient == [Float](repeating: 0, count: 12))
    }

    @Test func wrongOptionsAreNamed() {
        func message(_ task: HeadTask, _ set: (inout LossOptions) -> Void) -> String {
            var options = LossOptions()
            set(&options)
            do throws(TrainingError) {
                try options.validate(for: task)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(message(.expression) { $0.alpha = 0 } == "--alpha: 0.0: expected a number above 0, up to 1")
        #expect(message(.expression) { $0.alpha = .nan }.hasPrefix("--alpha"))
        #expect(
            message(.expression) { $0.classWeights = [1] }
                == "--class-weights: expected 8 numbers of 0 or more, found 1")
        #expect(message(.expression) { $0.aucShare = 0.2 } == "--auc: applies to the task au only")
        #expect(
            message(.actionUnits) { $0.classWeights = [] }
                == "--class-weights: applies to the task expression only")
        #expect(message(.actionUnits) { $0.aucShare = 0.2 } == "")
    }
}
