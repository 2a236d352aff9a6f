/// What a terminal can show.
package struct TerminalStyle: Sendable, Equatable {
    /// Whether characters beyond ASCII appear as they should.
    package var hasUnicode: Bool
    /// Whether text may be coloured and bold.
    package var hasColour: Bool

    package init(hasUnicode: Bool = true, hasColour: Bool = true) {
        self.hasUnicode = hasUnicode
        self.hasColour = hasColour
    }

    /// What the environment says: UTF-8 by `LC_ALL`, else `LC_CTYPE`, else `LANG`; colour unless `NO_COLOR` is set
    /// to anything (no-color.org) or `TERM` is `dumb`.
    package init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let name = (locale ?? "").lowercased()
        hasUnicode =
            name.hasSuffix("utf-8") || name.hasSuffix("utf8") || name.contains("utf-8@")
            || name.contains("utf8@")
        hasColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
