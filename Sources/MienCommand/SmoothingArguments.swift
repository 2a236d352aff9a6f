import Mien

/// The options for smoothing and baselines, the same for `annotate` and `stream`.
enum SmoothingArguments {
    static let options = [
        Option(
            "--smooth-expression", value: "S|vote:S",
            help:
                "smooth expressions: the mean over S seconds (3.4 is Aff-Wild2's best), or of\nthose frames alone that show the most frequent one; 0: not at all. Live, and\nwith --causal, the last S seconds. Default: the model's, usually vote:0.6"
        ),
        Option(
            "--smooth-au", value: "S",
            help:
                "smooth action units: the mean over S seconds, 0: not at all.\nDefault: the model's, usually 0.23"
        ),
        Option(
            "--gap-max", value: "S", help: "never smooth across S seconds without a reading. Default: 0.5"),
        BaselineArgument.option,
    ]

    /// Puts what was given into `configuration`.
    static func apply(_ arguments: Arguments, to configuration: inout Configuration) throws {
        try applyExpression(arguments.string("--smooth-expression"), to: &configuration)
        configuration.actionUnitWindow = try arguments.seconds("--smooth-au")
        configuration.gapMaximum = try arguments.seconds("--gap-max") ?? configuration.gapMaximum
        configuration.baseline = try BaselineArgument.source(arguments)
    }

    private static func applyExpression(
        _ text: String?, to configuration: inout Configuration
    ) throws(UsageError) {
        guard let text else { return }
        let votes = text.hasPrefix("vote:")
        guard let seconds = TimeArgument.seconds(votes ? String(text.dropFirst(5)) : text) else {
            throw UsageError(
                "--smooth-expression \(text): expected seconds, as in 3.4, or a vote, as in vote:0.6")
        }
        (configuration.expressionWindow, configuration.expressionVotes) = (seconds, votes)
    }
}
