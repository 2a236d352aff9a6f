/// A facial expression, in the order of the Aff-Wild2 labels: the raw value is the class index.
///
/// It is not called `Expression` because Foundation has a type of that name, and every file that imports
/// both would have to say which one it means.
public enum FacialExpression: Int, CaseIterable, Sendable {
    case neutral = 0
    case anger
    case disgust
    case fear
    case happiness
    case sadness
    case surprise
    case other

    /// The label as tables and model folders spell it: `neutral`, `anger`, ...
    public var name: String {
        switch self {
        case .neutral: "neutral"
        case .anger: "anger"
        case .disgust: "disgust"
        case .fear: "fear"
        case .happiness: "happiness"
        case .sadness: "sadness"
        case .surprise: "surprise"
        case .other: "other"
        }
    }

    /// The expression of that ``name``, or nil where there is none.
    public init?(name: some StringProtocol) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

extension FacialExpression: CustomStringConvertible {
    /// The ``name``.
    public var description: String { name }
}
