import CKernels
import Foundation
import MienImage
import MienTensor

/// Reads meshes of the faces of a video: 478 points, the head's pose, eyes, mouth, and the blendshapes if asked for.
///
/// The region that the network sees is a square around the face's points of the frame before, or else around the box
/// that the detector found, turned upright. Belongs to one queue, which gives it the frames in order.
package final class FaceMesher {
    /// One face.
    package struct Reading {
        /// x, y and z of each point in pixels of the picture; z is relative, away from the camera. Until the next reading.
        package let points: UnsafeBufferPointer<Float>
        package let pose: HeadPose
        package let features: FaceFeatures
        /// How sure the network is that there is a face, 0...1.
        package let presence: Float
        /// How far the reading is to be trusted, 0...1.
        package let quality: FaceQuality
    }

    private struct Known {
        let square: CropSquare
        let time: Double
    }

    /// A face that was not read for so long is looked for anew, in seconds.
    private static let memory = 0.5
    /// What a region spans of a face's longer side, as MediaPipe's does.
    private static let margin: Float = 1.5
    private static let minimumPresence: Float = 0.5

    private let network: FaceMeshNetwork
    private let blendshapes: BlendshapeNetwork?
    private let canonical: CanonicalFace
    private let cropper = FaceCropper(
        CropSpecification(framing: .margin(0), alignsRoll: true), side: FaceMeshNetwork.side)
    private let workers: Workers
    private let pixels: UnsafeMutableBufferPointer<UInt8>
    private let points: UnsafeMutableBufferPointer<Float>
    private let focalLength: Double?
    private var known: [Int: Known] = [:]

    /// - Parameters:
    ///   - focalLength: The camera's, in pixels; nil for 0.8 times the longer side of the picture, which is that of
    ///     an ordinary webcam.
    ///   - readsBlendshapes: Whether there are ``scores(into:)``.
    package init(focalLength: Double?, readsBlendshapes: Bool, workers: Workers) throws(FaceError) {
        let source = try NetworkWeights(resource: "face-mesh")
        network = try FaceMeshNetwork(source)
        blendshapes = readsBlendshapes ? try BlendshapeNetwork(source) : nil
        canonical = try CanonicalFace(source)
        self.focalLength = focalLength
        self.workers = workers
        pixels = .allocate(capacity: 3 * FaceMeshNetwork.side * FaceMeshNetwork.side)
        points = .allocate(capacity: 3 * FaceMeshNetwork.points)
    }

    deinit {
        pixels.deallocate()
        points.deallocate()
    }

    /// The focal length that is assumed of a picture of this size, in pixels.
    package static func assumedFocalLength(width: Int, height: Int) -> Double {
        0.8 * Double(max(width, height))
    }

    /// Forgets where faces were.
    package func forget() { known.removeAll() }

    /// Reads a face; nil where the network sees none, or its mesh has no pose.
    package func read(_ face: TrackedFace, of image: Image, at time: Double) -> Reading? {
        var square = CropSquare(
            around: face.pose.boxCenter, side: Self.margin * face.pose.boxSide, roll: face.pose.roll)
        if let last = known[face.id], time - last.time <= Self.memory, last.square.shows(square) {
            square = last.square
        }
        known[face.id] = nil
        guard let presence = mesh(square, of: image) else { return nil }
        let mesh = UnsafeBufferPointer(points)
        let center = SIMD2(Double(image.width) / 2, Double(image.height) / 2)
        let focal =
            focalLength ?? Self.assumedFocalLength(width: image.width, height: image.height)
        guard let pose = canonical.pose(of: mesh, center: center, focalLength: focal) else { return nil }
        known[face.id] = Known(square: CropSquare(mesh), time: time)
        if known.count > 64 { known = known.filter { time - $0.value.time <= Self.memory } }
        return Reading(
            points: mesh, pose: pose, features: FaceFeatures(mesh, pose: pose), presence: presence,
            quality: FaceQuality(
                presence: presence, pose: pose, eyeDistance: face.pose.eyeDistance,
                coverage: square.coverage(width: image.width, height: image.height),
                pixels: UnsafeBufferPointer(pixels), side: FaceMeshNetwork.side))
    }

    /// Puts the blendshape scores of the last reading into 52 places.
    package func scores(into scores: UnsafeMutablePointer<Float>) {
        blendshapes?(UnsafeBufferPointer(points), into: scores, workers: workers)
    }

    /// Fills `points` from a square of the picture; nil if there is no face in it.
    private func mesh(_ square: CropSquare, of image: Image) -> Float? {
        guard square.isUsable else { return nil }
        let scale = square.side / Float(FaceMeshNetwork.side)
        // MediaPipe counts from the middle of a pixel, in the picture and in the network's input alike.
        var cut = square
        cut.origin =
            cut.origin + Point(x: 0.5, y: 0.5) - Point(x: scale / 2, y: scale / 2).turned(by: cut.roll)
        cropper.crop(cut, of: image, into: pixels.baseAddress!)
        fillInput()
        let (found, presence) = network(workers: workers)
        guard presence >= Self.minimumPresence else { return nil }
        let (cosine, sine) = (cos(square.roll), sin(square.roll))
        for i in 0..<FaceMeshNetwork.points {
            let (x, y) = (found[3 * i] * scale, found[3 * i + 1] * scale)
            points[3 * i] = square.origin.x + cosine * x - sine * y
            points[3 * i + 1] = square.origin.y + sine * x + cosine * y
            points[3 * i + 2] = found[3 * i + 2] * scale
        }
        return points.allSatisfy(\.isFinite) ? presence : nil
    }

    private func fillInput() {
        let row = 3 * FaceMeshNetwork.side
        for y in 0..<FaceMeshNetwork.side {
            let (from, to) = (pixels.baseAddress! + y * row, network.input.features(x: 0, y: y))
            for i in 0..<row { to[i] = Float(from[i]) / 255 }
        }
    }
}

extension CropSquare {
    /// An upright square for a face that is turned by `roll`.
    init(around center: Point, side: Float, roll: Float) {
        let half = Point(x: side / 2, y: side / 2).turned(by: roll)
        self.init(origin: center - half, side: side, roll: roll)
    }

    /// The square around a mesh, upright by its outer corners of the eyes.
    init(_ mesh: UnsafeBufferPointer<Float>) {
        var (low, high) = (Point(x: .infinity, y: .infinity), Point(x: -.infinity, y: -.infinity))
        for i in 0..<FaceMeshNetwork.points {
            low = Point(x: min(low.x, mesh[3 * i]), y: min(low.y, mesh[3 * i + 1]))
            high = Point(x: max(high.x, mesh[3 * i]), y: max(high.y, mesh[3 * i + 1]))
        }
        let across = Point(x: mesh[3 * 263] - mesh[3 * 33], y: mesh[3 * 263 + 1] - mesh[3 * 33 + 1])
        self.init(
            around: low.midpoint(high), side: 1.5 * max(high.x - low.x, high.y - low.y),
            roll: atan2(across.y, across.x))
    }

    /// Whether this square may be of the face that the detector sees in another.
    func shows(_ other: CropSquare) -> Bool {
        let offset = middle - other.middle
        let ratio = side / other.side
        return offset.length < 0.25 * other.side && ratio > 0.6 && ratio < 1.6
    }

    var middle: Point { origin + Point(x: side / 2, y: side / 2).turned(by: roll) }

    /// Whether it can be cut out.
    var isUsable: Bool { origin.isFinite && roll.isFinite && side.isFinite && side >= 8 && side < 30_000 }
}
