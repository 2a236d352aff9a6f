import MienVideo

/// A face seen in one frame, with the identity the tracker gave it.
package struct TrackedFace: Sendable, Equatable {
    /// The face's number, from 0 in order of appearance, the same in all frames that show it.
    package var id: Int
    /// The box the detector found in this frame.
    package var box: FaceBox
    /// The landmarks the detector found in this frame.
    package var landmarks: FaceLandmarks
    /// The detector's score, 0...1.
    package var confidence: Float
    /// Where to crop: the pose of the face, freed of the detector's jitter.
    package var pose: CropPose

    package init(id: Int, box: FaceBox, landmarks: FaceLandmarks, confidence: Float, pose: CropPose) {
        self.id = id
        self.box = box
        self.landmarks = landmarks
        self.confidence = confidence
        self.pose = pose
    }
}

/// A frame and the faces in it.
package struct FrameFaces: Sendable {
    package var frame: VideoFrame
    /// The faces, by ascending id; empty where there is none.
    package var faces: [TrackedFace]

    package init(frame: VideoFrame, faces: [TrackedFace]) {
        self.frame = frame
        self.faces = faces
    }
}
