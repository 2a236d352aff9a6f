import MienTimeline

/// What a face can show for a while: one of the expressions or of the action units.
package enum EventLabel: Hashable, Sendable {
    case expression(FacialExpression)
    case actionUnit(ActionUnit)

    /// All of them, in the order of the table's columns.
    package static let all: [EventLabel] =
        FacialExpression.allCases.map(EventLabel.expression) + ActionUnit.allCases.map(EventLabel.actionUnit)

    /// The name of its column.
    package var name: String {
        switch self {
        case .expression(let expression): expression.name
        case .actionUnit(let unit): unit.name
        }
    }

    /// What kind of thing it is: `expression` or `au`.
    var kind: String {
        switch self {
        case .expression: "expression"
        case .actionUnit: "au"
        }
    }

    /// The label of that ``name``, or nil where there is none.
    package init?(name: some StringProtocol) {
        guard let match = Self.all.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}
