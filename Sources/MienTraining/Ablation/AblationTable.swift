import MienCore
import MienHeads

/// What the methods of an ablation reached: mean and spread over the seeds.
package struct AblationTable: Sendable {
    package struct Run: Sendable {
        package let method: AblationRun.Method
        package let seed: UInt64
        package let epoch: Int
        package let macroF1: Double
        package let loss: Double
        package let worstTenth: Double
        package let calibrationError: Double
    }

    package let task: HeadTask
    /// What was measured on.
    package let data: String
    package let methods: [AblationRun.Method]
    package private(set) var runs: [Run] = []

    init(task: HeadTask, data: String, methods: [AblationRun.Method]) {
        self.task = task
        self.data = data
        self.methods = methods
    }

    mutating func add(_ report: EvaluationReport, method: AblationRun.Method, seed: UInt64, epoch: Int) {
        runs.append(
            Run(
                method: method, seed: seed, epoch: epoch, macroF1: report.plain.macroF1,
                loss: report.losses?.mean ?? .nan, worstTenth: report.losses?.worstTenth ?? .nan,
                calibrationError: report.calibrationError ?? .nan))
    }

    /// Mean and sample standard deviation over the seeds.
    package func summary(
        _ method: AblationRun.Method, _ value: (Run) -> Double
    ) -> (mean: Double, deviation: Double) {
        let values = runs.filter { $0.method == method }.map(value)
        guard !values.isEmpty else { return (.nan, .nan) }
        let mean = values.reduce(0, +) / Double(values.count)
        guard values.count > 1 else { return (mean, .nan) }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(values.count - 1)).squareRoot())
    }

    private static let measures: [(name: String, key: String, value: @Sendable (Run) -> Double)] = [
        ("macro F1", "macro_f1", { $0.macroF1 }), ("loss", "loss", { $0.loss }),
        ("loss of worst 10 %", "loss_worst_10_percent", { $0.worstTenth }),
        ("ECE", "ece", { $0.calibrationError }),
    ]

    private var table: TextTable {
        var table = TextTable(
            columns: ["method", "alpha", "rho", "seeds"] + Self.measures.flatMap { [$0.name, "+-"] })
        for method in methods {
            var row = [method.name, "\(method.alpha)", "\(method.rho)"]
            row.append("\(runs.filter { $0.method == method }.count)")
            for measure in Self.measures {
                let (mean, deviation) = summary(method, measure.value)
                row += [TextTable.fixed(mean, 4), TextTable.fixed(deviation, 4)]
            }
            table.add(row)
        }
        return table
    }

    /// For a terminal. The spread is the standard deviation over the seeds.
    package var text: String {
        "\(data), task \(task.rawValue): mean and standard deviation over seeds\n\n" + table.text
    }

    /// The same as a Markdown table, for documents.
    package var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        return line(table.columns) + line(table.columns.map { _ in "---" }) + table.rows.map(line).joined()
    }

    /// A row for each run.
    package var csv: String {
        var table = TextTable(
            columns: ["method", "alpha", "rho", "seed", "epoch"] + Self.measures.map(\.key))
        for run in runs {
            let head = [
                run.method.name, "\(run.method.alpha)", "\(run.method.rho)", "\(run.seed)", "\(run.epoch)",
            ]
            table.add(head + Self.measures.map { TextTable.fixed($0.value(run), 6) })
        }
        return table.csv
    }

    package var json: JSONValue {
        let methods = methods.map { method -> JSONValue in
            var members: [String: JSONValue] = [
                "method": .string(method.name), "alpha": .number(method.alpha), "rho": .number(method.rho),
                "seeds": .array(
                    runs.filter { $0.method == method }.map { .integer(Int64(bitPattern: $0.seed)) }),
            ]
            for measure in Self.measures {
                let (mean, deviation) = summary(method, measure.value)
                members[measure.key] = ["mean": .number(mean), "deviation": .number(deviation)]
            }
            return .object(members)
        }
        return ["data": .string(data), "task": .string(task.rawValue), "methods": .array(methods)]
    }
}
