import MienTimeline

/// The value of an option in metadata: what JSON can say.
public enum MetadataValue: Sendable, Codable, Equatable {
    case none
    case flag(Bool)
    case integer(Int)
    /// Must be finite.
    case number(Double)
    case text(String)
    case list([MetadataValue])

    /// Reads the value from any of JSON's types but objects.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([MetadataValue].self))
        }
    }

    /// Writes the value as the JSON type it is.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        }
    }
}

extension MetadataValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByNilLiteral
{
    /// A ``text(_:)``.
    public init(stringLiteral value: String) { self = .text(value) }
    /// An ``integer(_:)``.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A ``number(_:)``.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A ``flag(_:)``.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    /// A ``list(_:)``.
    public init(arrayLiteral elements: MetadataValue...) { self = .list(elements) }
    /// ``none``.
    public init(nilLiteral: ()) { self = .none }
}

extension SmoothingOptions {
    /// The expression window as metadata have it, and as the command takes it: seconds, or `vote:` and seconds.
    package var expression: MetadataValue {
        expressionVotes ? .text("vote:\(expressionSeconds)") : .number(expressionSeconds)
    }
}
