/// A facial action unit of the Facial Action Coding System (FACS); the raw value is its FACS number.
///
/// These are the twelve of Aff-Wild2, in its order.
public enum ActionUnit: Int, CaseIterable, Sendable {
    /// AU 1, inner brow raiser.
    case au01 = 1
    /// AU 2, outer brow raiser.
    case au02 = 2
    /// AU 4, brow lowerer.
    case au04 = 4
    /// AU 6, cheek raiser.
    case au06 = 6
    /// AU 7, lid tightener.
    case au07 = 7
    /// AU 10, upper lip raiser.
    case au10 = 10
    /// AU 12, lip corner puller.
    case au12 = 12
    /// AU 15, lip corner depressor.
    case au15 = 15
    /// AU 23, lip tightener.
    case au23 = 23
    /// AU 24, lip pressor.
    case au24 = 24
    /// AU 25, lips part.
    case au25 = 25
    /// AU 26, jaw drop.
    case au26 = 26

    /// The position among the twelve, 0...11: the column of a label or score matrix.
    public var index: Int {
        switch self {
        case .au01: 0
        case .au02: 1
        case .au04: 2
        case .au06: 3
        case .au07: 4
        case .au10: 5
        case .au12: 6
        case .au15: 7
        case .au23: 8
        case .au24: 9
        case .au25: 10
        case .au26: 11
        }
    }

    /// The label as tables and model folders spell it: `AU01`, `AU02`, ...
    public var name: String { rawValue < 10 ? "AU0\(rawValue)" : "AU\(rawValue)" }

    /// The action unit of that ``name``, or nil where there is none.
    public init?(name: some StringProtocol) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

extension ActionUnit: CustomStringConvertible {
    /// The ``name``.
    public var description: String { name }
}
