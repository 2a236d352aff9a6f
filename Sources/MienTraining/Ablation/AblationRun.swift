import Foundation
import MienHeads
import MienTensor

/// Everything `mien train --ablate` is told.
package struct AblationConfiguration: Codable, Sendable, Equatable {
    /// Data and the options that all runs share; its loss's alpha, rho and seed are replaced.
    package var base: TrainingConfiguration
    /// What the best epochs are measured on; nil is the validation set they were chosen on.
    package var test: DataSource?
    /// The alphas of CVaR, without 1.
    package var alphas = [0.5]
    /// The rhos of SAM, without 0.
    package var rhos = [0.5]
    package var seeds: [UInt64] = [1, 2, 3, 4, 5]

    package init(base: TrainingConfiguration) {
        self.base = base
    }
}

/// Trains the same head with each method, over several seeds: ERM, CVaR at each alpha, SAM at each rho, and all
/// pairs of them.
package struct AblationRun {
    package let configuration: AblationConfiguration
    package var embedder: (any SampleEmbedder)?

    package init(_ configuration: AblationConfiguration, embedder: (any SampleEmbedder)? = nil) {
        self.configuration = configuration
        self.embedder = embedder
    }

    /// One way of training.
    package struct Method: Sendable, Equatable {
        package let alpha: Double
        package let rho: Double

        package var name: String {
            switch (alpha, rho) {
            case (1, 0): "ERM"
            case (1, _): "SAM"
            case (_, 0): "CVaR"
            default: "CVaR + SAM"
            }
        }
    }

    package var methods: [Method] {
        ([1] + configuration.alphas).flatMap { alpha in
            ([0] + configuration.rhos).map { Method(alpha: alpha, rho: $0) }
        }
    }

    /// Runs all of them; each run's event tells its result in a note. nil if it was cancelled.
    package func run(
        isCancelled: () -> Bool = { false }, event: (TrainingEvent) -> Void = { _ in }
    ) throws -> AblationTable? {
        let base = configuration.base
        guard !configuration.seeds.isEmpty else {
            throw TrainingError.option(name: "--seeds", reason: "expected at least one seed")
        }
        let data = try TrainingRun(base, embedder: embedder).prepare(event: event)
        var loader = DataLoader(task: base.options.task)
        loader.cache = base.cache
        loader.embedder = embedder
        let test = try configuration.test.map { try loader.load($0, event: event) } ?? data.validation
        guard let test else {
            throw TrainingError.data(
                path: base.train.path, reason: "nothing to measure on: expected --val, --split or --test")
        }
        let workers = Workers(count: base.threads)
        var table = AblationTable(task: base.options.task, data: test.path, methods: methods)
        for method in methods {
            for seed in configuration.seeds {
                var options = base.options
                options.loss.alpha = method.alpha
                options.sharpness.rho = method.rho
                options.seed = seed
                let result = try Trainer(options: options, workers: workers).run(
                    train: data.train, validation: data.validation, isCancelled: isCancelled)
                if result.wasInterrupted { return nil }
                let heads = Heads([result.head], workers: workers)
                let report = EvaluationReport(try Predictions(heads, test), test, manifest: nil)
                table.add(report, method: method, seed: seed, epoch: result.bestEpoch)
                event(
                    .note(
                        "\(method.name), alpha \(method.alpha), rho \(method.rho), seed \(seed): macro F1 "
                            + TextTable.fixed(report.plain.macroF1, 4)))
            }
        }
        return table
    }
}
