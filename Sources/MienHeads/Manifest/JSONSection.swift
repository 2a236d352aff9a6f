import MienCore

/// One object of a manifest while it is read: takes the keys it is asked for and keeps the rest.
struct JSONSection {
    /// The file, for messages.
    let path: String
    /// The keys that lead here, for messages: `calibration`.
    let key: String
    /// The members nobody has asked for yet.
    private(set) var rest: [String: JSONValue]

    init(_ value: JSONValue, key: String, path: String) throws(HeadsError) {
        guard let members = value.members else {
            throw .manifestValue(
                path: path, key: key.isEmpty ? "the document" : key, found: value.summary,
                expected: "an object")
        }
        self.path = path
        self.key = key
        rest = members
    }

    /// The member called `name`, or nil if it is absent or null.
    mutating func take<Value>(
        _ name: String, expected: String, _ convert: (JSONValue) -> Value?
    ) throws(HeadsError) -> Value? {
        guard let value = rest.removeValue(forKey: name), value != .null else { return nil }
        guard let converted = convert(value) else {
            throw .manifestValue(path: path, key: fullKey(name), found: value.summary, expected: expected)
        }
        return converted
    }

    /// The object called `name`; an empty one if it is absent.
    mutating func section(_ name: String) throws(HeadsError) -> JSONSection {
        try JSONSection(rest.removeValue(forKey: name) ?? [:], key: fullKey(name), path: path)
    }

    mutating func string(_ name: String) throws(HeadsError) -> String? {
        try take(name, expected: "a string", \.string)
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) throws(HeadsError) -> Double? {
        try take(name, expected: Self.phrase(range)) { value in
            value.double.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func bool(_ name: String) throws(HeadsError) -> Bool? {
        try take(name, expected: "true or false") { value in
            if case .bool(let value) = value { value } else { nil }
        }
    }

    mutating func numbers(
        _ name: String, count: Int, in range: ClosedRange<Double>
    ) throws(HeadsError) -> [Double]? {
        try take(name, expected: "a list of \(count) numbers, each \(Self.phrase(range))") { value in
            guard let numbers = value.elements?.map(\.double), numbers.count == count else { return nil }
            let inside = numbers.compactMap { $0 }.filter(range.contains)
            return inside.count == count ? inside : nil
        }
    }

    func fullKey(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }

    private static func phrase(_ range: ClosedRange<Double>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (-Double.greatestFiniteMagnitude, _): "a number"
        case (let lower, Double.greatestFiniteMagnitude): "a number of \(lower) or more"
        case (let lower, let upper): "a number from \(lower) to \(upper)"
        }
    }
}
