/// Where a face points and how its eyes and mouth stand, from its mesh.
///
/// Angles are in degrees, positions in millimetres in the camera's frame: x to the right of the picture, y down, z away
/// from the camera. "Left" and "right" are the person's own.
///
/// Plain numbers stored inline: copying one allocates nothing.
public struct FaceGeometry: Sendable {
    /// A number that is measured. The order is that of the table's columns.
    public enum Quantity: Int, CaseIterable, Sendable {
        case posePitch, poseYaw, poseRoll
        case poseX, poseY, poseZ
        case eyeLeft, eyeRight, blink
        case gazeHeadPitch, gazeHeadYaw, gazePitch, gazeYaw
        case mouthOpen, talking
        case quality
    }

    /// The number of quantities.
    public static let count = 16

    /// The numbers in the order of ``Quantity``; one that was not measured is not a number.
    package var values: InlineArray<16, Float>

    /// Creates a geometry of which nothing is known.
    public init() { values = InlineArray(repeating: .nan) }

    package init(values: InlineArray<16, Float>) { self.values = values }

    /// A number, or nil if it was not measured.
    public subscript(quantity: Quantity) -> Float? {
        get {
            let value = values[quantity.rawValue]
            return value.isFinite ? value : nil
        }
        set { values[quantity.rawValue] = newValue ?? .nan }
    }
}

extension FaceGeometry: Equatable {
    /// Whether all numbers are equal; two that were not measured are.
    public static func == (a: Self, b: Self) -> Bool {
        Quantity.allCases.allSatisfy { a[$0] == b[$0] }
    }
}

extension FaceGeometry.Quantity {
    /// The name of its column.
    public var name: String {
        switch self {
        case .posePitch: "pose_pitch"
        case .poseYaw: "pose_yaw"
        case .poseRoll: "pose_roll"
        case .poseX: "pose_x"
        case .poseY: "pose_y"
        case .poseZ: "pose_z"
        case .eyeLeft: "eye_left"
        case .eyeRight: "eye_right"
        case .blink: "blink"
        case .gazeHeadPitch: "gaze_head_pitch"
        case .gazeHeadYaw: "gaze_head_yaw"
        case .gazePitch: "gaze_pitch"
        case .gazeYaw: "gaze_yaw"
        case .mouthOpen: "mouth_open"
        case .talking: "talking"
        case .quality: "quality"
        }
    }

    /// Its unit.
    public var unit: String {
        switch self {
        case .posePitch, .poseYaw, .poseRoll, .gazeHeadPitch, .gazeHeadYaw, .gazePitch, .gazeYaw: "degrees"
        case .poseX, .poseY, .poseZ: "mm"
        case .eyeLeft, .eyeRight, .mouthOpen: "ratio"
        case .blink, .talking: "0 or 1"
        case .quality: "0..1"
        }
    }

    /// The decimals of its column.
    public var decimals: Int {
        switch self {
        case .blink, .talking: 0
        case .posePitch, .poseYaw, .poseRoll, .gazeHeadPitch, .gazeHeadYaw, .gazePitch, .gazeYaw: 2
        case .poseX, .poseY, .poseZ: 1
        case .eyeLeft, .eyeRight, .mouthOpen, .quality: 3
        }
    }

    /// A sentence about it.
    public var meaning: String {
        switch self {
        case .posePitch: "head's rotation about the axis of the ears; up is positive"
        case .poseYaw: "head's rotation about the vertical; towards the person's own left is positive"
        case .poseRoll: "head's tilt; towards the person's own left shoulder is positive"
        case .poseX: "head's position to the right of the picture's centre"
        case .poseY: "head's position below the picture's centre"
        case .poseZ: "head's distance from the camera"
        case .eyeLeft: "opening of the person's left eye: 0 closed, about 1 as usual"
        case .eyeRight: "opening of the person's right eye"
        case .blink: "1 while the eyes are closed in a blink"
        case .gazeHeadPitch: "gaze relative to the head; up is positive"
        case .gazeHeadYaw: "gaze relative to the head; towards the person's own left is positive"
        case .gazePitch: "gaze relative to the camera; up is positive"
        case .gazeYaw: "gaze relative to the camera; towards the person's own left is positive"
        case .mouthOpen: "height of the mouth's opening over its width"
        case .talking: "1 while the mouth moves as in speech"
        case .quality: "how far the row is to be trusted"
        }
    }
}
