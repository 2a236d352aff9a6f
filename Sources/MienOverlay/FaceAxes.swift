import Foundation
import MienTimeline

/// Where a head and its eyes point, as short lines from the middle of the face: red to the person's own left, green up,
/// blue out of the face, and yellow where the eyes look.
struct FaceAxes {
    /// A line, by its end relative to the middle of the face, in units of its length; y down.
    struct Line: Equatable {
        let x: Double
        let y: Double
        let colour: Colour
    }

    let lines: [Line]

    /// - Returns: Nil if neither is known.
    init?(_ geometry: FaceGeometry) {
        var lines: [Line] = []
        if let pitch = geometry[.posePitch], let yaw = geometry[.poseYaw], let roll = geometry[.poseRoll] {
            let head = Self.rotation(pitch: pitch, yaw: yaw, roll: roll)
            // The columns of the rotation are where x, y and z of the head point.
            lines.append(Line(x: head[0].x, y: head[1].x, colour: Colour(0xFF5A5A)))
            lines.append(Line(x: -head[0].y, y: -head[1].y, colour: Colour(0x4FD66A)))
            lines.append(Line(x: -head[0].z, y: -head[1].z, colour: Colour(0x58A6FF)))
        }
        if let pitch = geometry[.gazePitch].map({ Double($0) * .pi / 180 }),
            let yaw = geometry[.gazeYaw].map({ Double($0) * .pi / 180 })
        {
            lines.append(Line(x: sin(yaw) * cos(pitch), y: -sin(pitch), colour: Colour(0xFFD33D)))
        }
        if lines.isEmpty { return nil }
        self.lines = lines
    }

    /// The first two rows of Rx(-pitch) Ry(-yaw) Rz(roll), in the camera's frame: x right, y down, z away.
    private static func rotation(
        pitch: Float, yaw: Float, roll: Float
    ) -> [(x: Double, y: Double, z: Double)] {
        let (a, b, c) = (-Double(pitch) * .pi / 180, -Double(yaw) * .pi / 180, Double(roll) * .pi / 180)
        return [
            (cos(b) * cos(c), -cos(b) * sin(c), sin(b)),
            (
                cos(a) * sin(c) + sin(a) * sin(b) * cos(c), cos(a) * cos(c) - sin(a) * sin(b) * sin(c),
                -sin(a) * cos(b)
            ),
        ]
    }

    func draw(in box: Rect, width: Double, with painter: Painter) {
        let length = 0.4 * min(box.width, box.height)
        let middle = (x: box.x + box.width / 2, y: box.y + box.height / 2)
        for line in lines {
            painter.line(
                from: middle, to: (middle.x + length * line.x, middle.y + length * line.y), line.colour,
                width: width)
        }
    }
}
