/// Times on the command line: seconds (`12.5`), minutes (`1:02.5`) or hours (`1:00:02.5`).
package enum TimeArgument {
    /// The time in seconds, or nil if `text` is not a time of 0 or more.
    package static func seconds(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let last = parts.last.flatMap({ Double($0) }), last.isFinite,
            last >= 0, last < 60 || parts.count == 1
        else { return nil }
        var seconds = 0.0
        for part in parts.dropLast() {
            guard let whole = Int(part), whole >= 0 else { return nil }
            seconds = (seconds + Double(whole)) * 60
        }
        return seconds + last
    }
}
