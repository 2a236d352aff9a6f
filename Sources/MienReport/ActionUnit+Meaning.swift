import MienTimeline

extension ActionUnit {
    /// What the Facial Action Coding System calls it.
    package var meaning: String {
        switch self {
        case .au01: "inner brow raiser"
        case .au02: "outer brow raiser"
        case .au04: "brow lowerer"
        case .au06: "cheek raiser"
        case .au07: "lid tightener"
        case .au10: "upper lip raiser"
        case .au12: "lip corner puller"
        case .au15: "lip corner depressor"
        case .au23: "lip tightener"
        case .au24: "lip pressor"
        case .au25: "lips part"
        case .au26: "jaw drop"
        }
    }
}
