import MienCore

/// How the model's probabilities are smoothed over time, unless the user says otherwise.
package struct Smoothing: Sendable, Equatable {
    /// The window of the expression probabilities, in seconds; 0 is none.
    package var expressionSeconds = 0.6
    /// Whether the frames of that window vote (`expression_method` is `vote`), instead of being averaged (`mean`).
    package var expressionVotes = true
    /// The window of the action unit probabilities, in seconds; 0 is none.
    package var actionUnitSeconds = 0.23
    /// The members that this version does not know.
    package var unknown: [String: JSONValue] = [:]

    package init() {}

    init(_ section: JSONSection) throws(HeadsError) {
        var section = section
        if let seconds = try section.number("expression_seconds", in: 0...3600) {
            // Models from before there were methods name a window alone, and mean the mean.
            (expressionSeconds, expressionVotes) = (seconds, false)
        }
        let method = try section.take("expression_method", expected: "mean or vote") { value in
            ["mean", "vote"].first { $0 == value.string }
        }
        if let method { expressionVotes = method == "vote" }
        actionUnitSeconds = try section.number("au_seconds", in: 0...3600) ?? actionUnitSeconds
        unknown = section.rest
    }

    var members: [String: JSONValue] {
        var members = unknown
        members["expression_seconds"] = .number(expressionSeconds)
        members["expression_method"] = .string(expressionVotes ? "vote" : "mean")
        members["au_seconds"] = .number(actionUnitSeconds)
        return members
    }
}
