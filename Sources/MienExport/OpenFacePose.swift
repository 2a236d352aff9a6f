import Foundation
import MienTable
import MienTimeline

/// A geometry in OpenFace's units and axes: the camera's frame with x to the right, y down and z away from the camera;
/// radians about these axes with the convention R = Rx * Ry * Rz; millimetres; a gaze vector of length 1.
struct OpenFacePose {
    static let header =
        "gaze_0_x,gaze_0_y,gaze_0_z,gaze_1_x,gaze_1_y,gaze_1_z,gaze_angle_x,gaze_angle_y,"
        + "pose_Tx,pose_Ty,pose_Tz,pose_Rx,pose_Ry,pose_Rz"

    /// The values of the header's columns; nil where nothing was measured.
    private let values: [Double?]
    /// How far the eyes are closed, 0...1, in the table's integers.
    let closure: Int64?
    /// Whether the eyes are closed in a blink.
    let blinks: Bool?

    init(_ geometry: FaceGeometry?) {
        func number(_ quantity: FaceGeometry.Quantity) -> Double? { geometry?[quantity].map(Double.init) }
        func radians(_ quantity: FaceGeometry.Quantity) -> Double? { number(quantity).map { $0 * .pi / 180 } }
        var gaze: [Double?] = [nil, nil, nil]
        if let pitch = radians(.gazePitch), let yaw = radians(.gazeYaw) {
            gaze = [sin(yaw) * cos(pitch), -sin(pitch), -cos(yaw) * cos(pitch)]
        }
        // Towards the person's own left is to the right of the picture; up is against y.
        let angles = [radians(.gazeYaw), radians(.gazePitch).map { -$0 }]
        let position = [number(.poseX), number(.poseY), number(.poseZ)]
        let rotation = [radians(.posePitch).map { -$0 }, radians(.poseYaw).map { -$0 }, radians(.poseRoll)]
        values = gaze + gaze + angles + position + rotation
        let openings = [number(.eyeLeft), number(.eyeRight)].compactMap(\.self)
        closure =
            openings.count == 2
            ? fixedPoint(1 - min(max((openings[0] + openings[1]) / 2, 0), 1), scale: 1e6) : nil
        blinks = number(.blink).map { $0 > 0 }
    }

    /// Puts the columns, each after a comma.
    func put(into span: inout MutableSpan<UInt8>, at end: inout Int) {
        for value in values {
            span.put(byte: UInt8(ascii: ","), at: &end)
            guard let value, let fixed = fixedPoint(value, scale: 1e6) else { continue }
            span.put(fixedPoint: fixed, decimals: 6, at: &end)
        }
    }
}
