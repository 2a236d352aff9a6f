import Mien

/// What the options for smoothing and baselines mean, the same for `annotate` and `stream`.
enum SmoothingArguments {
    /// Puts what was given into `configuration`.
    static func apply(_ arguments: Arguments, to configuration: inout Configuration) throws {
        configuration.expressionWindow = try arguments.seconds("--smooth-expression")
        configuration.actionUnitWindow = try arguments.seconds("--smooth-au")
        configuration.gapMaximum = try arguments.seconds("--gap-max") ?? configuration.gapMaximum
        configuration.baseline = try BaselineArgument.source(arguments)
    }
}
