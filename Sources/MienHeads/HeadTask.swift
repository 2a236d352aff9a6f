/// What a head predicts. The raw value is the prefix of its tensors in `heads.safetensors`, the word on the
/// command line and the key in `mien.json`.
package enum HeadTask: String, CaseIterable, Codable, Sendable {
    /// One of eight expressions: softmax.
    case expression
    /// Each of twelve action units, on its own: sigmoid.
    case actionUnits = "au"

    /// The labels in the order of Aff-Wild2, which is the order of the outputs.
    package var labels: [String] {
        switch self {
        case .expression:
            ["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other"]
        case .actionUnits:
            [
                "AU01", "AU02", "AU04", "AU06", "AU07", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25",
                "AU26",
            ]
        }
    }

    /// The number of outputs.
    package var outputs: Int {
        switch self {
        case .expression: 8
        case .actionUnits: 12
        }
    }
}
