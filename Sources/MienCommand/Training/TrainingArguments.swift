import MienHeads
import MienTraining

/// The options that decide what is learned from given data.
struct TrainingArguments {
    static let options = [
        Option(
            "--loss", value: "erm|cvar",
            help: "the mean of all losses, or of the worst (CVaR). Default: erm, or cvar\nwith --alpha"),
        Option("--alpha", value: "A", help: "the share of losses that are the worst. Default with cvar: 0.5"),
        Option(
            "--sam-rho", value: "R",
            help: "how far uphill sharpness-aware minimisation looks, 0 for not.\nDefault: 0"),
        Option("--sam-adaptive", help: "measure that in units of the weights"),
        Option("--epochs", value: "N", help: "passes over the training data. Default: 32"),
        Option("--batch", value: "N", help: "samples in a step. Default: 32"),
        Option("--seed", value: "N", help: "decides weights, order, dropout and splits. Default: 5"),
        Option("--learning-rate", value: "R", help: "the learning rate at the start. Default: 0.001"),
        Option(
            "--lowest-rate", value: "R",
            help: "the learning rate at the low points of the cosine. Default: 0.00001"),
        Option(
            "--schedule-period", value: "E",
            help: "epochs from the start to the first low point. Default: a quarter of all"),
        Option("--weight-decay", value: "W", help: "of AdamW. Default: 0.0001"),
        Option("--beta1", value: "B", help: "of AdamW. Default: 0.9"),
        Option("--beta2", value: "B", help: "of AdamW. Default: 0.999"),
        Option("--epsilon", value: "E", help: "of AdamW. Default: 1e-8"),
        Option("--dropout", value: "D", help: "share of hidden units left out. Default: 0.6"),
        Option(
            "--hidden", value: "W,W,...",
            help: "widths of the hidden layers. Default: three as wide as the\nfeatures"),
        Option("--label-smoothing", value: "S", help: "share of a label spread over all classes. Default: 0"),
        Option(
            "--class-weights", value: "W,...|balanced",
            help: "factors on the loss of the 8 expressions, or from their counts"),
        Option(
            "--pos-weights", value: "W,...|balanced",
            help: "factors on the loss of the 12 action units where active, or\nfrom their counts"),
        Option("--auc", value: "S", help: "share of the AUC term in the loss of action units. Default: 0"),
        Option("--auc-margin", value: "M", help: "its margin. Default: 0.6"),
    ]

    let options: TrainingOptions
    let isBalanced: Bool

    init(_ arguments: Arguments, task: HeadTask) throws(UsageError) {
        var options = TrainingOptions(task: task)
        func set<Value>(_ target: inout Value, _ value: Value?) {
            if let value { target = value }
        }
        set(&options.epochs, try arguments.integer("--epochs", in: 1...1_000_000))
        set(&options.batchSize, try arguments.integer("--batch", in: 2...1_000_000))
        set(&options.seed, try arguments.integer("--seed", in: 0...Int.max).map { UInt64($0) })
        set(&options.dropout, try arguments.number("--dropout"))
        set(&options.lowestRate, try arguments.number("--lowest-rate"))
        options.schedulePeriod = try arguments.number("--schedule-period")
        set(&options.adam.learningRate, try arguments.number("--learning-rate"))
        set(&options.adam.weightDecay, try arguments.number("--weight-decay"))
        set(&options.adam.beta1, try arguments.number("--beta1"))
        set(&options.adam.beta2, try arguments.number("--beta2"))
        set(&options.adam.epsilon, try arguments.number("--epsilon"))
        set(&options.sharpness.rho, try arguments.number("--sam-rho"))
        options.sharpness.isAdaptive = arguments.has("--sam-adaptive")
        set(&options.loss.labelSmoothing, try arguments.number("--label-smoothing"))
        set(&options.loss.aucShare, try arguments.number("--auc"))
        set(&options.loss.aucMargin, try arguments.number("--auc-margin"))
        options.loss.alpha = try Self.alpha(arguments)
        options.hidden = try Self.widths(arguments)
        let key = task == .expression ? "--class-weights" : "--pos-weights"
        isBalanced = arguments.string(key) == "balanced"
        let other = task == .expression ? "--pos-weights" : "--class-weights"
        if arguments.has(other) {
            throw UsageError("\(other): does not apply to the task \(task.rawValue); \(key) does")
        }
        if !isBalanced {
            let weights = try arguments.numbers(key)
            switch task {
            case .expression: options.loss.classWeights = weights
            case .actionUnits: options.loss.positiveWeights = weights
            }
        }
        if options.sharpness.isAdaptive, options.sharpness.rho == 0, !arguments.has("--rhos") {
            throw UsageError("--sam-adaptive: expected --sam-rho R above 0 with it")
        }
        self.options = options
        try usage { () throws(TrainingError) in try options.validate() }
    }

    private static func alpha(_ arguments: Arguments) throws(UsageError) -> Double {
        let alpha = try arguments.number("--alpha")
        switch try arguments.choice("--loss", of: ["erm", "cvar"]) {
        case "cvar": return alpha ?? 0.5
        case "erm":
            if let alpha, alpha != 1 {
                throw UsageError(
                    "--loss erm is the mean of all losses: --alpha \(alpha) belongs to --loss cvar")
            }
            return 1
        default: return alpha ?? 1
        }
    }

    private static func widths(_ arguments: Arguments) throws(UsageError) -> [Int]? {
        guard let numbers = try arguments.numbers("--hidden") else { return nil }
        return try numbers.map { number throws(UsageError) in
            guard let width = Int(exactly: number), width >= 1 else {
                throw UsageError("--hidden \(number): expected widths of 1 or more")
            }
            return width
        }
    }
}
