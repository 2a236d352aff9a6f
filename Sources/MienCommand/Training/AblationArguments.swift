import MienTraining

/// `mien train --ablate`: the same head trained in several ways.
struct AblationArguments {
    static let options = [
        Option(
            "--ablate",
            help:
                "train with ERM, CVaR, SAM and all their pairs over several seeds, and\nprint mean and spread; writes no heads"
        ),
        Option("--alphas", value: "A,...", help: "the alphas of CVaR it tries. Default: 0.5"),
        Option("--rhos", value: "R,...", help: "the rhos of SAM it tries. Default: 0.5"),
        Option("--seeds", value: "N,...", help: "the seeds it tries. Default: 1,2,3,4,5"),
        Option(
            "--test", value: "DATA",
            help: "the data on which the best epochs are measured. Default: validation"),
        Option("--csv", help: "print the runs as CSV"),
        Option("--markdown", help: "print the table as Markdown"),
    ]

    private enum Format: CaseIterable {
        case text, json, csv, markdown
    }

    let test: DataSource?
    private let alphas: [Double]
    private let rhos: [Double]
    private let seeds: [UInt64]
    private let format: Format

    /// nil unless an ablation is asked for.
    init?(_ arguments: Arguments, labels: LabelArguments) throws(UsageError) {
        guard arguments.has("--ablate") else {
            let own = ["--alphas", "--rhos", "--seeds", "--test", "--csv", "--markdown"]
            if let stray = own.first(where: arguments.has) {
                throw UsageError("\(stray): applies to --ablate only")
            }
            return nil
        }
        for key in ["--loss", "--alpha", "--sam-rho", "--seed", "--resume", "--checkpoint"]
        where arguments.has(key) {
            throw UsageError("\(key): an ablation sets it itself; see --alphas, --rhos and --seeds")
        }
        alphas = try arguments.numbers("--alphas") ?? [0.5]
        rhos = try arguments.numbers("--rhos") ?? [0.5]
        guard alphas.allSatisfy({ $0 > 0 && $0 < 1 }) else {
            throw UsageError("--alphas: expected numbers above 0, below 1; 1 is always compared with")
        }
        guard rhos.allSatisfy({ $0 > 0 }) else {
            throw UsageError("--rhos: expected numbers above 0; 0 is always compared with")
        }
        seeds = try (arguments.numbers("--seeds") ?? [1, 2, 3, 4, 5]).map { number throws(UsageError) in
            guard let seed = UInt64(exactly: number) else {
                throw UsageError("--seeds \(number): expected whole numbers of 0 or more")
            }
            return seed
        }
        test = arguments.string("--test").map(labels.source(at:))
        let formats = [("--json", Format.json), ("--csv", .csv), ("--markdown", .markdown)].filter {
            arguments.has($0.0)
        }
        guard formats.count <= 1 else {
            throw UsageError("\(formats.map(\.0).joined(separator: " and ")): expected one of them")
        }
        format = formats.first?.1 ?? .text
    }

    func run(
        _ base: TrainingConfiguration, embedder: ModelEmbedder?, interrupt: Interrupt,
        progress: TrainingProgress
    ) throws -> ExitCode {
        var configuration = AblationConfiguration(base: base)
        configuration.test = test
        configuration.alphas = alphas
        configuration.rhos = rhos
        configuration.seeds = seeds
        let table = try AblationRun(configuration, embedder: embedder).run(
            isCancelled: { interrupt.cancellation.isCancelled }, event: { progress($0) })
        guard let table else { return .interrupted }
        switch format {
        case .text: Console.print(table.text)
        case .json: Console.print(table.json.text())
        case .csv: Console.print(table.csv)
        case .markdown: Console.print(table.markdown)
        }
        return .done
    }
}
