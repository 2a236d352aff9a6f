import MienFaces
import MienVideo

/// Spares the encoder faces that look as they did when they were encoded last: where they are now, or in the very place
/// where they were then.
///
/// Belongs to the crop stage.
final class FaceReuse {
    /// A crop that was compared.
    struct Crop {
        fileprivate let signature: CropSignature
        /// The scores that the face still has, if it looks as before.
        let known: PendingScores?
    }

    private let cropper: FaceCropper
    private var memory: FaceMemory
    private let pixels: UnsafeMutableBufferPointer<UInt8>
    /// For a crop that is only compared.
    private let other: UnsafeMutableBufferPointer<UInt8>

    /// - Parameter distance: How far a face may differ from its last crop that was encoded, in ``CropSignature`` steps.
    init(distance: Double, cropper: FaceCropper) {
        self.cropper = cropper
        memory = FaceMemory(distance: distance)
        pixels = .allocate(capacity: cropper.side * cropper.side * 3)
        other = .allocate(capacity: pixels.count)
    }

    deinit {
        pixels.deallocate()
        other.deallocate()
    }

    /// Crops a face and compares it.
    ///
    /// - Parameter isBehind: Whether the encoder has more than it can do.
    func crop(_ face: TrackedFace, of frame: VideoFrame, isBehind: Bool) -> Crop {
        cropper.crop(face, of: frame.image, into: pixels.baseAddress!)
        let signature = CropSignature(pixels.baseAddress!, side: cropper.side)
        let here = memory.scores(of: face.id, signature, at: frame.timestamp, isBehind: isBehind)
        return Crop(signature: signature, known: here ?? there(face, frame, isBehind: isBehind))
    }

    private func there(_ face: TrackedFace, _ frame: VideoFrame, isBehind: Bool) -> PendingScores? {
        guard let pose = memory.pose(of: face.id), pose.trembles(to: face.pose) else { return nil }
        var before = face
        before.pose = pose
        cropper.crop(before, of: frame.image, into: other.baseAddress!)
        let signature = CropSignature(other.baseAddress!, side: cropper.side)
        return memory.scores(of: face.id, signature, at: frame.timestamp, isBehind: isBehind)
    }

    /// Copies the face that was cropped last.
    func copyCrop(to target: UnsafeMutablePointer<UInt8>) {
        target.update(from: pixels.baseAddress!, count: pixels.count)
    }

    /// Notes that the crop of a face goes to the encoder.
    func send(_ face: TrackedFace, _ crop: Crop, _ scores: PendingScores, at time: Double) {
        memory.send(face.id, crop.signature, at: face.pose, scores, at: time)
    }

    /// Forgets faces that have been out of sight.
    func forget(at time: Double) { memory.forget(at: time) }
}

extension CropPose {
    /// Whether another pose is so close to this one that the detector's trembling may be all there is between them.
    fileprivate func trembles(to other: CropPose) -> Bool {
        let reach = 0.1 * eyeDistance
        return abs(eyeCenter.x - other.eyeCenter.x) < reach && abs(eyeCenter.y - other.eyeCenter.y) < reach
            && abs(eyeDistance - other.eyeDistance) < reach
    }
}
