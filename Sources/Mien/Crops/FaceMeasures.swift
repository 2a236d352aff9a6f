import MienFaces
import MienImage
import MienTensor
import MienTimeline

/// Measures head pose, eyes, gaze and mouth of the faces of a run, and their blendshapes if asked for.
///
/// Belongs to the crop stage, which gives it the frames in order.
final class FaceMeasures {
    /// What is remembered of one face.
    private struct Memory {
        var blinks = BlinkDetector()
        var speech = SpeechDetector()
        /// Of ``smoothed``, in a live run.
        var filters: [OneEuroFilter]
        var time: Double
    }

    /// The quantities that a live run smooths. Openings stay as they are: a blink is as short as a filter is slow.
    private static let smoothed: [FaceGeometry.Quantity] = [
        .posePitch, .poseYaw, .poseRoll, .poseX, .poseY, .poseZ, .gazeHeadPitch, .gazeHeadYaw, .gazePitch,
        .gazeYaw,
    ]
    private static let memory = 2.0

    private let mesher: FaceMesher
    private let options: GeometryOptions
    private let isLive: Bool
    private let landmarks: LandmarkFile?
    private var faces: [Int: Memory] = [:]

    /// - Parameter isLive: Whether numbers are smoothed as they come.
    init(_ options: GeometryOptions, isLive: Bool, workers: Workers) throws(MienError) {
        self.options = options
        self.isLive = isLive
        do {
            mesher = try FaceMesher(
                focalLength: options.focalLength, readsBlendshapes: options.hasBlendshapes, workers: workers)
        } catch {
            throw .model("\(error)")
        }
        landmarks = try options.landmarks.map { path throws(MienError) in try LandmarkFile(path: path) }
    }

    /// Ends what is written beside the table.
    func finish() throws(MienError) { try landmarks?.finish() }

    /// Forgets all faces: what comes next is another picture.
    func forget() {
        faces.removeAll()
        mesher.forget()
    }

    /// Adds what is measured of a face to its row.
    ///
    /// - Throws: ``MienError/output(_:)`` if the points cannot be written.
    func measure(
        _ face: TrackedFace, of image: Image, into row: inout FaceReading
    ) throws(MienError) {
        // Below this the mesh is not to be trusted at all.
        guard face.pose.eyeDistance >= Self.minimumEyeDistance,
            let reading = mesher.read(face, of: image, at: row.timestamp)
        else { return }
        row.geometry = geometry(reading, of: face.id, at: row.timestamp)
        try landmarks?.append(reading.points, frame: row.frame, face: face.id)
        guard options.hasBlendshapes else { return }
        var scores = InlineArray<52, Float>(repeating: 0)
        var span = scores.mutableSpan
        span.withUnsafeMutableBufferPointer { mesher.scores(into: $0.baseAddress!) }
        row.blendshapes = BlendshapeScores(values: scores)
    }

    /// In pixels: a face some 40 pixels wide.
    private static let minimumEyeDistance: Float = 16

    private func geometry(_ reading: FaceMesher.Reading, of face: Int, at time: Double) -> FaceGeometry {
        if faces.count > 64 { faces = faces.filter { time - $0.value.time <= Self.memory } }
        var memory =
            faces[face]
            ?? Memory(
                filters: isLive ? Self.smoothed.map { _ in OneEuroFilter() } : [], time: time)
        let (pose, features) = (reading.pose, reading.features)
        var geometry = FaceGeometry()
        func set(_ quantity: FaceGeometry.Quantity, _ value: Double) { geometry[quantity] = Float(value) }
        set(.posePitch, pose.pitch)
        set(.poseYaw, pose.yaw)
        set(.poseRoll, pose.roll)
        set(.poseX, pose.position.x)
        set(.poseY, pose.position.y)
        set(.poseZ, pose.position.z)
        set(.eyeLeft, features.leftEye)
        set(.eyeRight, features.rightEye)
        let opening = (features.leftEye + features.rightEye) / 2
        set(.blink, memory.blinks.push(opening, at: time) ? 1 : 0)
        // Closed eyes look nowhere.
        if opening >= Self.minimumOpening {
            let (inHead, inCamera) = (angles(of: features.gaze), angles(of: pose.turned(features.gaze)))
            set(.gazeHeadPitch, inHead.pitch)
            set(.gazeHeadYaw, inHead.yaw)
            set(.gazePitch, inCamera.pitch)
            set(.gazeYaw, inCamera.yaw)
        }
        set(.mouthOpen, features.mouth)
        set(.talking, memory.speech.push(features.mouth, at: time) ? 1 : 0)
        set(.quality, reading.quality.value)
        for (index, quantity) in Self.smoothed.enumerated() where isLive {
            guard let value = geometry[quantity] else { continue }
            geometry[quantity] = Float(memory.filters[index].push(Double(value), at: time))
        }
        memory.time = time
        faces[face] = memory
        return geometry
    }

    private static let minimumOpening = 0.25
}
