import Mien

/// What action units are told relative to, on the command line: an interval of the input, or a file.
package enum BaselineArgument {
    static let option = Option(
        "--baseline", value: "T0-T1|ME.json",
        help:
            "also tell action units relative to the face at rest, in columns r_au01 ...\nr_au26: to each face's own median from T0 to T1, or to one person's,\nfrom mien calibrate, for every face"
    )

    /// The source that was asked for, or nil if none was. A file is read.
    ///
    /// - Throws: `UsageError` for an interval that is none, ``MienError`` for a file that is no baseline.
    package static func source(_ arguments: Arguments) throws -> BaselineSource? {
        guard let text = arguments.string(option.key) else { return nil }
        if let interval = try interval(text) { return interval }
        do { return .stored(try StoredBaseline(contentsOf: text)) } catch {
            throw MienError.input("\(option.key) \(error)")
        }
    }

    /// The text as an interval, `0-5` or `1:00-1:05.5`; nil if it is none.
    private static func interval(_ text: String) throws(UsageError) -> BaselineSource? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = TimeArgument.seconds(String(parts[0])),
            let to = TimeArgument.seconds(String(parts[1]))
        else { return nil }
        guard to > from, to - from <= BaselineSource.maximumInterval else {
            throw UsageError(
                "\(option.key) \(text): expected a time and a later one, at most "
                    + "\(Int(BaselineSource.maximumInterval)) s apart")
        }
        return .interval(from: from, to: to)
    }
}
