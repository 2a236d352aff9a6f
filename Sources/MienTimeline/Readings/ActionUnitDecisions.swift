/// When a model's action units count as active, and which of them it grades as weak.
package struct ActionUnitDecisions: Sendable {
    private var thresholds = InlineArray<12, Float>(repeating: 0.5)
    private var weak = InlineArray<12, Bool>(repeating: false)

    /// One half for all, and none weak.
    package init() {}

    /// Those of a model; one half where it does not say.
    package init(_ model: ModelRecord) {
        for unit in ActionUnit.allCases {
            if let threshold = model.thresholds?[unit.name] { thresholds[unit.index] = Float(threshold) }
            weak[unit.index] = model.weakUnits?.contains(unit.name) ?? false
        }
    }

    /// Whether a score says that a unit is active. A weak one never is.
    package func isActive(_ unit: ActionUnit, _ score: Float) -> Bool {
        score >= thresholds[unit.index] && !weak[unit.index]
    }

    /// The name for a viewer: one of a weak unit ends in a question mark.
    package func name(of unit: ActionUnit) -> String { unit.name + (weak[unit.index] ? "?" : "") }

    /// The units that are active, in their order.
    package func active(_ scores: ActionUnitScores) -> [ActionUnit] {
        ActionUnit.allCases.filter { isActive($0, scores[$0]) }
    }
}
