import MienCore

/// A parsed command line: operands in order, and options by name.
package struct Arguments {
    /// What is not an option: the inputs.
    package private(set) var operands: [String] = []
    private var values: [String: [String]] = [:]

    /// Sorts `words` into operands and the given options.
    ///
    /// `--name=value` and `--name value` are the same; the last of a repeated option counts; `--` ends the
    /// options; `-` alone is an operand (standard input or output).
    package init(_ words: some Sequence<String>, options: [Option]) throws(UsageError) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                return
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = word.hasPrefix("--") ? String(parts[0]) : word
            guard let option = options.first(where: { $0.names.contains(name) }) else {
                let hint = Spelling.hint(name, in: options.flatMap(\.names))
                throw UsageError("unknown option '\(name)'\(hint)")
            }
            var value = word.hasPrefix("--") && parts.count == 2 ? String(parts[1]) : nil
            if let placeholder = option.value {
                if value == nil { value = rest.popFirst() }
                guard let value else {
                    throw UsageError("option '\(name)' needs a value: \(name) \(placeholder)")
                }
                if let choices = option.onlyChoices { try Self.check(value, of: choices, key: option.key) }
            } else if value != nil {
                throw UsageError("option '\(name)' takes no value")
            }
            values[option.key, default: []].append(value ?? "")
        }
    }

    /// Whether the flag or option was given.
    package func has(_ key: String) -> Bool { values[key] != nil }

    /// The value of an option as it was written.
    package func string(_ key: String) -> String? { values[key]?.last }

    /// All values of an option that may be repeated.
    package func strings(_ key: String) -> [String] { values[key] ?? [] }

    /// The value of an option as a number.
    package func number(_ key: String) throws(UsageError) -> Double? {
        guard let text = string(key) else { return nil }
        guard let number = Double(text), number.isFinite else {
            throw UsageError("\(key) \(text): expected a number")
        }
        return number
    }

    /// The value of an option as numbers with commas between them.
    package func numbers(_ key: String) throws(UsageError) -> [Double]? {
        guard let text = string(key) else { return nil }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.allSatisfy({ $0?.isFinite ?? false }) else {
            throw UsageError("\(key) \(text): expected numbers with commas between them, as in 0.5,1")
        }
        return numbers.compactMap { $0 }
    }

    /// The value of an option as a whole number in `range`.
    package func integer(_ key: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = string(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
            throw UsageError("\(key) \(text): expected a whole number \(bounds)")
        }
        return number
    }

    /// The value of an option as a number of seconds, 0 or more.
    package func seconds(_ key: String) throws(UsageError) -> Double? {
        guard let text = string(key) else { return nil }
        guard let seconds = TimeArgument.seconds(text) else {
            throw UsageError("\(key) \(text): expected a time such as 12.5, 90 or 1:02:03.5")
        }
        return seconds
    }

    /// The value of an option as one of `choices`.
    package func choice(_ key: String, of choices: [String]) throws(UsageError) -> String? {
        guard let text = string(key) else { return nil }
        try Self.check(text, of: choices, key: key)
        return text
    }

    private static func check(_ text: String, of choices: [String], key: String) throws(UsageError) {
        guard !choices.contains(text) else { return }
        let hint = Spelling.hint(text, in: choices, otherwise: ":")
        throw UsageError("\(key) \(text)\(hint) expected \(choices.alternatives)")
    }
}
