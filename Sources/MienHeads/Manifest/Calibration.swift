import MienCore

/// How logits become probabilities, and probabilities decisions.
///
/// Expression: p = softmax(z / T). Action unit j: p = sigmoid(scale[j] z + bias[j]), active where
/// p >= threshold[j].
package struct Calibration: Sendable, Equatable {
    /// T: above 1 the probabilities become less extreme; the most probable expression stays the same.
    package var expressionTemperature = 1.0
    /// The probability from which on each action unit counts as active.
    package var actionUnitThresholds = [Double](repeating: 0.5, count: HeadTask.actionUnits.outputs)
    /// The factor on each action unit's logit; nil is 1.
    package var actionUnitScale: [Double]?
    /// What is added to each action unit's scaled logit; nil is 0.
    package var actionUnitBias: [Double]?
    /// The members that this version does not know.
    package var unknown: [String: JSONValue] = [:]

    package init() {}

    init(_ section: JSONSection) throws(HeadsError) {
        var section = section
        let count = HeadTask.actionUnits.outputs
        let largest = Double.greatestFiniteMagnitude
        expressionTemperature =
            try section.number("expression_temperature", in: 0.001...1000) ?? expressionTemperature
        actionUnitThresholds =
            try section.numbers("au_thresholds", count: count, in: 0...1) ?? actionUnitThresholds
        actionUnitScale = try section.numbers("au_scale", count: count, in: -largest...largest)
        actionUnitBias = try section.numbers("au_bias", count: count, in: -largest...largest)
        unknown = section.rest
    }

    var members: [String: JSONValue] {
        func list(_ numbers: [Double]) -> JSONValue { .array(numbers.map { .number($0) }) }
        var members = unknown
        members["expression_temperature"] = .number(expressionTemperature)
        members["au_thresholds"] = list(actionUnitThresholds)
        members["au_scale"] = actionUnitScale.map(list)
        members["au_bias"] = actionUnitBias.map(list)
        return members
    }
}
