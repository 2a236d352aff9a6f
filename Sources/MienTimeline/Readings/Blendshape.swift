/// A movement of the face that the mesh's blendshape model scores. The names are ARKit's; the order is the model's.
public enum Blendshape: Int, CaseIterable, Sendable {
    case neutral
    case browDownLeft, browDownRight, browInnerUp, browOuterUpLeft, browOuterUpRight
    case cheekPuff, cheekSquintLeft, cheekSquintRight
    case eyeBlinkLeft, eyeBlinkRight, eyeLookDownLeft, eyeLookDownRight, eyeLookInLeft, eyeLookInRight
    case eyeLookOutLeft, eyeLookOutRight, eyeLookUpLeft, eyeLookUpRight, eyeSquintLeft, eyeSquintRight
    case eyeWideLeft, eyeWideRight
    case jawForward, jawLeft, jawOpen, jawRight
    case mouthClose, mouthDimpleLeft, mouthDimpleRight, mouthFrownLeft, mouthFrownRight, mouthFunnel,
        mouthLeft
    case mouthLowerDownLeft, mouthLowerDownRight, mouthPressLeft, mouthPressRight, mouthPucker, mouthRight
    case mouthRollLower, mouthRollUpper, mouthShrugLower, mouthShrugUpper, mouthSmileLeft, mouthSmileRight
    case mouthStretchLeft, mouthStretchRight, mouthUpperUpLeft, mouthUpperUpRight
    case noseSneerLeft, noseSneerRight

    /// The name of its column.
    public var name: String { self == .neutral ? "_neutral" : "\(self)" }
}

/// One score, 0...1, for each blendshape. Stored inline: copying one allocates nothing.
public struct BlendshapeScores: Sendable {
    /// The number of blendshapes.
    public static let count = 52

    /// The scores in the order of ``Blendshape``.
    public var values: InlineArray<52, Float>

    /// Creates scores in the order of ``Blendshape``.
    public init(values: InlineArray<52, Float>) { self.values = values }

    /// The score of one blendshape.
    public subscript(blendshape: Blendshape) -> Float {
        get { values[blendshape.rawValue] }
        set { values[blendshape.rawValue] = newValue }
    }
}

extension BlendshapeScores: Equatable {
    /// Whether all scores are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.values.indices.allSatisfy { a.values[$0] == b.values[$0] }
    }
}
