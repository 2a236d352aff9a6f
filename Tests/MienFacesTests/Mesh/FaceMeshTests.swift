import Foundation
import MienFaces
import MienSafetensors
import MienTensor
import TestSupport
import Testing

/// The mesh and its blendshapes against the original networks, dumped by tools/goldens/mesh.
@Suite struct FaceMeshTests {
    private let goldens: SafetensorsFile
    private let network: FaceMeshNetwork
    private let blendshapes: BlendshapeNetwork

    init() throws {
        goldens = try SafetensorsFile(path: Bundle.module.bundlePath + "/Goldens/face-mesh.safetensors")
        let source = try NetworkWeights(resource: "face-mesh")
        network = try FaceMeshNetwork(source)
        blendshapes = try BlendshapeNetwork(source)
    }

    /// Fills the input with the golden picture, mirrored or not.
    private func fill(mirrored: Bool = false) throws {
        let picture = try goldens.bytes("picture")
        for y in 0..<256 {
            for x in 0..<256 {
                let column = mirrored ? 63 - x / 4 : x / 4
                let pixel = network.input.features(x: x, y: y)
                for c in 0..<3 { pixel[c] = Float(picture[3 * (y / 4 * 64 + column) + c]) / 255 }
            }
        }
    }

    /// The largest difference from a golden tensor.
    private func worst(_ found: UnsafeBufferPointer<Float>, golden name: String) throws -> Float {
        let expected = try goldens.floats(name)
        precondition(expected.count == found.count)
        var worst: Float = 0
        for i in found.indices { worst = max(worst, abs(found[i] - expected.baseAddress[i])) }
        return worst
    }

    @Test func pointsAndScoresAreTheOriginals() throws {
        let scores = UnsafeMutableBufferPointer<Float>.allocate(capacity: 52)
        defer { scores.deallocate() }
        // The second round finds what the first one left in the maps.
        for _ in 0..<2 {
            try fill()
            let (found, presence) = network(workers: Workers(count: 1))
            // In pixels of the crop, of which the face takes 200.
            #expect(try worst(found, golden: "points") < 0.01)
            #expect(presence > 0.9999)
            blendshapes(found, into: scores.baseAddress!, workers: Workers(count: 1))
            #expect(try worst(UnsafeBufferPointer(scores), golden: "scores") < 1e-3)
        }
    }

    @Test func bitsDoNotDependOnThreads() throws {
        try fill()
        let one = Array(network(workers: Workers(count: 1)).points)
        let three = Array(network(workers: Workers(count: 3)).points)
        #expect(one == three)
    }

    @Test func greyIsNoFace() {
        #expect(network(workers: Workers(count: 1)).presence < 0.5)
    }

    @Test func aMirroredFaceLooksTheOtherWay() throws {
        let canonical = try CanonicalFace(NetworkWeights(resource: "face-mesh"))
        func pose(mirrored: Bool) throws -> HeadPose {
            try fill(mirrored: mirrored)
            let found = network(workers: Workers(count: 1)).points
            return try #require(canonical.pose(of: found, center: SIMD2(128, 128), focalLength: 300))
        }
        let (plain, mirrored) = (try pose(mirrored: false), try pose(mirrored: true))
        #expect(abs(plain.yaw + mirrored.yaw) < 3)
        #expect(abs(plain.roll + mirrored.roll) < 3)
        #expect(abs(plain.pitch - mirrored.pitch) < 3)
    }
}

/// Poses of the canonical face itself, projected by the definition of a camera.
@Suite struct HeadPoseTests {
    private let canonical: CanonicalFace
    private let vertices: [Float]

    init() throws {
        canonical = try CanonicalFace(NetworkWeights(resource: "face-mesh"))
        let path = Repository.root.appendingPathComponent("Sources/MienFaces/Resources/face-mesh.safetensors")
            .path
        let buffer = try SafetensorsFile(path: path).floats("canonical.vertices", shape: [468, 3])
        vertices = (0..<3 * 468).map { buffer.span[$0] }
    }

    /// What a camera sees of the canonical face.
    ///
    /// - Parameter turn: Rotates a point of the camera's frame, in which the face looks at the camera.
    private func mesh(
        at position: SIMD3<Double>, focalLength: Double, turn: (SIMD3<Double>) -> SIMD3<Double>
    ) -> [Float] {
        let mean = position.z
        return (0..<468).flatMap { i -> [Float] in
            let place = CanonicalFace.place(
                vertices[3 * i], vertices[3 * i + 1], vertices[3 * i + 2])
            let seen = turn(place) + position
            let scale = focalLength / seen.z
            return [
                Float(640 + scale * seen.x), Float(360 + scale * seen.y),
                Float((seen.z - mean) * focalLength / mean),
            ]
        }
    }

    private func pose(_ points: [Float], focalLength: Double) throws -> HeadPose {
        try points.withUnsafeBufferPointer {
            try #require(canonical.pose(of: $0, center: SIMD2(640, 360), focalLength: focalLength))
        }
    }

    @Test func aFaceThatLooksAtTheCameraHasNoAngles() throws {
        let found = try pose(
            mesh(at: SIMD3(0, 0, 600), focalLength: 1000) { $0 }, focalLength: 1000)
        #expect(abs(found.pitch) < 0.1 && abs(found.yaw) < 0.1 && abs(found.roll) < 0.1)
        #expect(abs(found.position.z - 600) < 6)
        #expect(abs(found.position.x) < 1 && abs(found.position.y) < 1)
    }

    /// One axis at a time, by where it takes the nose (which points against z) and the top of the head (against y).
    @Test(arguments: [-35.0, -20, 10, 30]) func signsAreAsStated(degrees: Double) throws {
        let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        let place = SIMD3(40.0, -30, 700)
        // To the person's own left is to the right of the picture: the nose moves towards x.
        let yaw = try pose(
            mesh(at: place, focalLength: 900) { SIMD3(c * $0.x - s * $0.z, $0.y, s * $0.x + c * $0.z) },
            focalLength: 900)
        #expect(abs(yaw.yaw - degrees) < 2 && abs(yaw.pitch) < 2 && abs(yaw.roll) < 2, "\(yaw)")
        // Up is against y: the nose moves there.
        let pitch = try pose(
            mesh(at: place, focalLength: 900) { SIMD3($0.x, c * $0.y + s * $0.z, -s * $0.y + c * $0.z) },
            focalLength: 900)
        #expect(abs(pitch.pitch - degrees) < 2 && abs(pitch.yaw) < 2 && abs(pitch.roll) < 2, "\(pitch)")
        // To the person's own left shoulder: the top of the head moves towards x.
        let roll = try pose(
            mesh(at: place, focalLength: 900) { SIMD3(c * $0.x - s * $0.y, s * $0.x + c * $0.y, $0.z) },
            focalLength: 900)
        #expect(abs(roll.roll - degrees) < 2 && abs(roll.yaw) < 2 && abs(roll.pitch) < 2, "\(roll)")
    }

    @Test func distancesGoWithTheFocalLength() throws {
        let points = mesh(at: SIMD3(100, 50, 500), focalLength: 800) { $0 }
        let (short, long) = (try pose(points, focalLength: 800), try pose(points, focalLength: 1600))
        #expect(abs(short.position.z - 500) < 10 && abs(short.position.x - 100) < 3)
        #expect(abs(long.position.z / short.position.z - 2) < 0.1)
    }

    @Test func nonsenseHasNoPose() {
        let nothing = [Float](repeating: 0, count: 3 * 478)
        let broken = [Float](repeating: .nan, count: 3 * 478)
        for points in [nothing, broken] {
            points.withUnsafeBufferPointer {
                #expect(canonical.pose(of: $0, center: SIMD2(0, 0), focalLength: 500) == nil)
            }
        }
    }
}
