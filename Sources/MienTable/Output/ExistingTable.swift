/// The choice for a table that is there already, and for the rows that an interrupted run left of one.
public enum ExistingTable: Sendable {
    /// Either is an error.
    case refuse
    /// Either is replaced.
    case replace
    /// Rows of the same input, model and options are continued. A table, or rows of another run, are an error.
    case resume
    /// Rows of the same input, model and options are continued. A table, or rows of another run, are replaced.
    case resumeOrReplace

    /// Whether what cannot be continued is replaced.
    package var isReplaced: Bool { self == .replace || self == .resumeOrReplace }
    /// Whether rows are continued.
    package var isResumed: Bool { self == .resume || self == .resumeOrReplace }
}
