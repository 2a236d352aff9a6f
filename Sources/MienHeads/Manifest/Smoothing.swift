/// The windows of the centred mean over time, in seconds; 0 is none. The defaults are the best windows of the
/// ablations on Aff-Wild2, 101 and 7 frames at 30 a second.
package struct Smoothing: Sendable, Equatable {
    /// The window of the expression probabilities.
    package var expressionSeconds = 3.4
    /// The window of the action unit probabilities.
    package var actionUnitSeconds = 0.23
    /// The members that this version does not know.
    package var unknown: [String: JSONValue] = [:]

    package init() {}

    init(_ section: JSONSection) throws(HeadsError) {
        var section = section
        expressionSeconds = try section.number("expression_seconds", in: 0...3600) ?? expressionSeconds
        actionUnitSeconds = try section.number("au_seconds", in: 0...3600) ?? actionUnitSeconds
        unknown = section.rest
    }

    var members: [String: JSONValue] {
        var members = unknown
        members["expression_seconds"] = .number(expressionSeconds)
        members["au_seconds"] = .number(actionUnitSeconds)
        return members
    }
}
