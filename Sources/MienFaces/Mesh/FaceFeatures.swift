import Foundation

/// Lengths and directions that are read off a mesh and its head's pose.
///
/// The points are MediaPipe's: 33 and 133 the corners of the person's right eye, 263 and 362 of the left one; 468 and 473
/// the middles of the irises; 13 and 14 the inner lips, 78 and 308 the corners of the mouth.
package struct FaceFeatures: Sendable {
    /// The openings of the eyes: 0 closed, about 1 as usual.
    package var leftEye: Double
    package var rightEye: Double
    /// The height of the gap between the lips over the width of the mouth.
    package var mouth: Double
    /// Where both eyes together look, as a direction of length 1 in the head's frame.
    package var gaze: SIMD3<Double>

    // The aspect ratios of eyes that are closed and that are open as usual, and how far beside and above the middle of
    // the corners the iris of an eye lies that looks straight ahead: means over 983 web photos, of which the mesh's
    // own blink scores say which eyes are closed (GENKI-4K; tools/check/mesh prints them).
    private static let closedRatio = 0.08
    private static let openRatio = 0.32
    private static let restAside = 1.2
    private static let restAbove = 1.7
    /// The millimetres that an iris moves for a turn of the eye by one radian, as the mesh shows it.
    private static let irisRadius = 10.0

    package init(_ mesh: UnsafeBufferPointer<Float>, pose: HeadPose) {
        func point(_ i: Int) -> SIMD3<Double> {
            SIMD3(Double(mesh[3 * i]), Double(mesh[3 * i + 1]), Double(mesh[3 * i + 2]))
        }
        func distance(_ a: Int, _ b: Int) -> Double {
            let d = point(a) - point(b)
            return (d * d).sum().squareRoot()
        }
        func openness(_ lids: [(Int, Int)], _ corners: (Int, Int)) -> Double {
            let width = max(distance(corners.0, corners.1), 1e-6)
            let ratio = lids.reduce(0) { $0 + distance($1.0, $1.1) } / (Double(lids.count) * width)
            return max(0, (ratio - Self.closedRatio) / (Self.openRatio - Self.closedRatio))
        }
        rightEye = openness([(160, 144), (158, 153)], (33, 133))
        leftEye = openness([(385, 380), (387, 373)], (263, 362))
        mouth = distance(13, 14) / max(distance(78, 308), 1e-6)

        /// How far an iris is from where it rests, in millimetres of the head's frame.
        func turn(_ iris: Int, _ corners: (Int, Int), aside: Double) -> SIMD3<Double> {
            let offset = point(iris) - 0.5 * (point(corners.0) + point(corners.1))
            return pose.turnedBack(pose.scale * offset) - SIMD3(aside, -Self.restAbove, 0)
        }
        let offset =
            0.5
            * (turn(468, (33, 133), aside: -Self.restAside) + turn(473, (263, 362), aside: Self.restAside))
        func sine(_ length: Double) -> Double { min(max(length / Self.irisRadius, -0.9), 0.9) }
        let (x, y) = (sine(offset.x), sine(offset.y))
        gaze = SIMD3(x, y, -max(1 - x * x - y * y, 0.01).squareRoot())
    }
}

/// The angles of a direction: pitch, up positive, and yaw, towards the person's own left positive, in degrees.
package func angles(of direction: SIMD3<Double>) -> (pitch: Double, yaw: Double) {
    let length = (direction * direction).sum().squareRoot()
    return (
        -asin(min(max(direction.y / length, -1), 1)) * 180 / .pi, atan2(direction.x, -direction.z) * 180 / .pi
    )
}
