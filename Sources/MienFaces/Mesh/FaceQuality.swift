import Foundation

/// How far what is read of a face is to be trusted, and why not.
///
/// Each part is 0...1. They multiply: a face that is large, sharp and lit, but seen from the side, is not to be trusted.
package struct FaceQuality: Sendable {
    /// How sure the mesh network is that there is a face; lower where much of it is covered.
    package let presence: Double
    /// 1 up to 30 degrees from the camera's direction, 0 from 80.
    package let pose: Double
    /// 0 for eyes that are 8 pixels apart, 1 from 30.
    package let size: Double
    /// 0 for a picture without edges, 1 for an ordinary one.
    package let sharpness: Double
    /// 0 in the dark or in glaring light, 1 with ordinary contrast.
    package let light: Double
    /// The share of the face's square that lies in the picture.
    package let coverage: Double

    /// All parts together.
    package var value: Double { presence * pose * size * sharpness * light * coverage }

    /// - Parameters:
    ///   - pixels: The face's square, side x side x 3, 8-bit RGB.
    package init(
        presence: Float, pose: HeadPose, eyeDistance: Float, coverage: Float,
        pixels: UnsafeBufferPointer<UInt8>, side: Int
    ) {
        func ramp(_ value: Double, from low: Double, to high: Double) -> Double {
            min(max((value - low) / (high - low), 0), 1)
        }
        self.presence = ramp(Double(presence), from: 0.5, to: 0.98)
        // The angle between the face's direction and the camera's.
        let angle = acos(min(max(pose.rotation.2.z, -1), 1)) * 180 / .pi
        self.pose = 1 - ramp(angle, from: 30, to: 80)
        size = ramp(Double(eyeDistance), from: 8, to: 30)
        self.coverage = ramp(Double(coverage), from: 0.4, to: 0.9)
        let picture = Self.measure(pixels, side: side)
        light =
            ramp(picture.deviation, from: 4, to: 20) * ramp(picture.mean, from: 8, to: 40)
            * (1 - ramp(picture.mean, from: 225, to: 250))
        sharpness = ramp(picture.edges, from: 0.03, to: 0.12)
    }

    /// The mean brightness of the middle of a square and its deviation, in 8-bit steps, and how strong its edges are
    /// against that: the mean step between pixels at a 64th of its side, over the deviation.
    private static func measure(
        _ pixels: UnsafeBufferPointer<UInt8>, side: Int
    ) -> (mean: Double, deviation: Double, edges: Double) {
        let (low, high, step) = (side / 6, side - side / 6, side / 64)
        func brightness(_ x: Int, _ y: Int) -> Int {
            let at = 3 * (y * side + x)
            return Int(pixels[at]) + 2 * Int(pixels[at + 1]) + Int(pixels[at + 2])
        }
        var (sum, squares, steps, count) = (0, 0, 0, 0)
        for y in stride(from: low, to: high - step, by: step) {
            for x in stride(from: low, to: high - step, by: step) {
                let value = brightness(x, y)
                sum += value
                squares += value * value
                steps += abs(value - brightness(x + 1, y)) + abs(value - brightness(x, y + 1))
                count += 1
            }
        }
        let mean = Double(sum) / Double(count)
        let deviation = max(Double(squares) / Double(count) - mean * mean, 0).squareRoot()
        let edges = deviation > 0 ? Double(steps) / Double(2 * count) / deviation : 0
        return (mean / 4, deviation / 4, edges)
    }
}
