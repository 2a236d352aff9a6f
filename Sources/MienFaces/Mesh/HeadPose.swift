import Foundation

/// A rotation and a position in the camera's frame: x to the right of the picture, y down, z away from the camera;
/// millimetres. A head that looks straight into the camera has no rotation.
package struct HeadPose: Sendable {
    /// The rows of the rotation from the head's frame to the camera's.
    package var rotation: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    /// The origin of the canonical face, which lies inside the head, behind the bridge of the nose.
    package var position: SIMD3<Double>
    /// The millimetres that a pixel spans at that distance.
    package var scale: Double

    /// The rotation about the axis of the ears in degrees; up is positive.
    package var pitch: Double { atan2(rotation.1.z, rotation.2.z) * 180 / .pi }
    /// The rotation about the vertical in degrees; towards the person's own left is positive.
    package var yaw: Double { -asin(min(max(rotation.0.z, -1), 1)) * 180 / .pi }
    /// The tilt in degrees; towards the person's own left shoulder is positive.
    package var roll: Double { atan2(-rotation.0.y, rotation.0.x) * 180 / .pi }

    /// A direction of the head's frame in the camera's.
    package func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3((rotation.0 * v).sum(), (rotation.1 * v).sum(), (rotation.2 * v).sum())
    }

    /// A direction of the camera's frame in the head's.
    package func turnedBack(_ v: SIMD3<Double>) -> SIMD3<Double> {
        rotation.0 * v.x + rotation.1 * v.y + rotation.2 * v.z
    }
}

/// The canonical face of Google's Face Landmarker, and the fit of a mesh to it.
package struct CanonicalFace: Sendable {
    /// The points that are fitted, their places in the head's frame in millimetres, and their weights.
    private let points: [Int]
    private let places: [SIMD3<Double>]
    private let weights: [Double]

    package init(_ source: NetworkWeights) throws(FaceError) {
        let vertices = try source.floats("canonical.vertices", shape: [468, 3])
        points = try source.integers("canonical.basis")
        guard points.count == 33, points.allSatisfy((0..<468).contains) else {
            throw source.damaged("canonical.basis has \(points.count) points, expected 33 of 468")
        }
        weights = try source.floats("canonical.weights", shape: [33]).map(Double.init)
        places = points.map {
            Self.place(vertices[3 * $0], vertices[3 * $0 + 1], vertices[3 * $0 + 2])
        }
    }

    /// How far the canonical face looks down when its pitch should be 0, in degrees: labelled web photos and rendered faces
    /// agree on it (docs/geometry.md).
    package static let tilt = 5.0

    /// A vertex of the canonical face, in centimetres with y up and z towards the viewer, in the head's frame.
    package static func place(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Double> {
        let (down, away) = (-10 * Double(y), -10 * Double(z))
        let (c, s) = (cos(tilt * .pi / 180), sin(tilt * .pi / 180))
        return SIMD3(10 * Double(x), c * down - s * away, s * down + c * away)
    }

    /// The pose of a mesh, as a weighted Procrustes fit of the canonical face to it; nil if there is none.
    ///
    /// Depths in the mesh are relative and in pixels: how far the face is away follows from how large it is in the picture.
    ///
    /// - Parameters:
    ///   - mesh: x, y and z of each point in pixels of the picture.
    ///   - center: Where the camera's axis meets the picture.
    ///   - focalLength: In pixels.
    package func pose(
        of mesh: UnsafeBufferPointer<Float>, center: SIMD2<Double>, focalLength: Double
    ) -> HeadPose? {
        // Millimetres in a pixel; the perspective changes it little after the second round.
        var scale = 0.5
        var pose: HeadPose?
        for _ in 0..<4 {
            guard let fit = fit(mesh, center: center, focalLength: focalLength, scale: scale),
                fit.scale.isFinite, fit.scale > 1e-6
            else { return nil }
            scale /= fit.scale
            pose = HeadPose(
                rotation: fit.rotation, position: fit.position / fit.scale, scale: scale)
        }
        return pose
    }

    private struct Fit {
        var rotation: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
        var position: SIMD3<Double>
        /// The size of the mesh over that of the canonical face.
        var scale: Double
    }

    /// Fits the canonical face to the mesh in space, for a number of millimetres in a pixel.
    private func fit(
        _ mesh: UnsafeBufferPointer<Float>, center: SIMD2<Double>, focalLength: Double, scale: Double
    ) -> Fit? {
        func place(_ point: Int) -> SIMD3<Double> {
            let depth = scale * (focalLength + Double(mesh[3 * point + 2]))
            return SIMD3(
                (Double(mesh[3 * point]) - center.x) * depth / focalLength,
                (Double(mesh[3 * point + 1]) - center.y) * depth / focalLength, depth)
        }
        var (from, to, total) = (SIMD3<Double>(), SIMD3<Double>(), 0.0)
        for (i, point) in points.enumerated() {
            from += weights[i] * places[i]
            to += weights[i] * place(point)
            total += weights[i]
        }
        from /= total
        to /= total
        var spread = 0.0
        var products = Array(repeating: SIMD3<Double>(), count: 3)
        for (i, point) in points.enumerated() {
            let (a, b) = (places[i] - from, place(point) - to)
            spread += weights[i] * (a * a).sum()
            for axis in 0..<3 { products[axis] += weights[i] * a[axis] * b }
        }
        guard let rotation = rotation(products) else { return nil }
        // The trace of the products with the rotation is what the fitted face explains.
        var explained = 0.0
        for (i, point) in points.enumerated() {
            let (a, b) = (places[i] - from, place(point) - to)
            let turned = SIMD3(
                (rotation.0 * a).sum(), (rotation.1 * a).sum(), (rotation.2 * a).sum())
            explained += weights[i] * (turned * b).sum()
        }
        let size = explained / spread
        let moved = SIMD3(
            (rotation.0 * from).sum(), (rotation.1 * from).sum(), (rotation.2 * from).sum())
        return Fit(rotation: rotation, position: to - size * moved, scale: size)
    }
}

/// The rotation that takes one set of points closest to another, by the largest eigenvector of Horn's quaternion matrix
/// (B. K. P. Horn, J. Opt. Soc. Am. A 4, 1987).
///
/// - Parameter products: Element [i][j] is the weighted sum of the i-th coordinate of the first set times the j-th of the
///   other.
private func rotation(
    _ s: [SIMD3<Double>]
) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)? {
    let matrix = [
        [s[0].x + s[1].y + s[2].z, s[1].z - s[2].y, s[2].x - s[0].z, s[0].y - s[1].x],
        [s[1].z - s[2].y, s[0].x - s[1].y - s[2].z, s[0].y + s[1].x, s[2].x + s[0].z],
        [s[2].x - s[0].z, s[0].y + s[1].x, -s[0].x + s[1].y - s[2].z, s[1].z + s[2].y],
        [s[0].y - s[1].x, s[2].x + s[0].z, s[1].z + s[2].y, -s[0].x - s[1].y + s[2].z],
    ]
    guard let q = largestEigenvector(matrix) else { return nil }
    let (w, x, y, z) = (q[0], q[1], q[2], q[3])
    return (
        SIMD3(w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)),
        SIMD3(2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)),
        SIMD3(2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z)
    )
}

/// The unit eigenvector of the largest eigenvalue of a symmetric 4 x 4 matrix, by Jacobi's rotations.
private func largestEigenvector(_ matrix: [[Double]]) -> [Double]? {
    var a = matrix
    var vectors = (0..<4).map { row in (0..<4).map { $0 == row ? 1.0 : 0.0 } }
    guard a.joined().allSatisfy(\.isFinite) else { return nil }
    for _ in 0..<32 {
        var (p, q) = (0, 1)
        for i in 0..<4 { for j in i + 1..<4 where abs(a[i][j]) > abs(a[p][q]) { (p, q) = (i, j) } }
        guard abs(a[p][q]) > 1e-300 else { break }
        let theta = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p])
        let (c, s) = (cos(theta), sin(theta))
        for k in 0..<4 { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
        for k in 0..<4 { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
        for k in 0..<4 {
            (vectors[k][p], vectors[k][q]) = (
                c * vectors[k][p] - s * vectors[k][q], s * vectors[k][p] + c * vectors[k][q]
            )
        }
    }
    let best = (0..<4).max { a[$0][$0] < a[$1][$1] }!
    return vectors.map { $0[best] }
}
