import Testing

import MienFaces

@Suite struct CropPoseTests {
    private let eyes = Point(x: 320, y: 200)

    /// A face turned to the side by squeezing it across, with the nose moved along.
    private func turned(by squeeze: Float, noseShift: Float, roll: Float = 0) -> FaceDetection {
        var face = FaceDetection.frontal(eyeCenter: eyes, eyeDistance: 40)
        face.landmarks = face.landmarks.map { Point(x: eyes.x + ($0.x - eyes.x) * squeeze, y: $0.y) }
        face.landmarks.noseTip.x += noseShift
        face.landmarks = face.landmarks.map { eyes + ($0 - eyes).turned(by: roll) }
        return face
    }

    @Test(arguments: [-0.6, 0, 0.4] as [Float])
    func aFrontalFaceIsMeasuredByItsEyes(roll: Float) {
        let pose = CropPose(.frontal(eyeCenter: eyes, eyeDistance: 40, roll: roll))
        #expect(abs(pose.eyeDistance - 40) < 1e-3)
        #expect(abs(pose.roll - roll) < 1e-5)
        #expect((pose.eyeCenter - eyes).length < 1e-3)
        #expect(abs(pose.yaw) < 1e-4)
        #expect(pose.isFrontal)
    }

    @Test(arguments: [1, -1] as [Float])
    func aProfileKeepsTheSizeOfTheHead(direction: Float) {
        let pose = CropPose(turned(by: 0.45, noseShift: 18 * direction))
        #expect(abs(pose.eyeDistance - 40) < 1.5)
        #expect(pose.yaw * direction > 0.6)
        #expect(!pose.isFrontal)
    }

    @Test func theBlendHasNoStep() {
        var previous: Float?
        for step in 0...60 {
            let t = Float(step) / 60
            let distance = CropPose(turned(by: 1 - 0.6 * t, noseShift: 22 * t)).eyeDistance
            if let previous { #expect(abs(distance - previous) < 1.6, "at \(t)") }
            previous = distance
        }
    }

    @Test func aThinProfileTakesItsTiltFromTheMouth() {
        let face = turned(by: 0.2, noseShift: 15, roll: 0.3)
        #expect(abs(CropPose(face).roll - 0.3) < 1e-4)
    }

    @Test func anOpenMouthDoesNotShrinkAKnownFace() {
        var face = turned(by: 0.45, noseShift: 18)
        face.landmarks.mouthCenter.y += 25
        let known = CropPose(face, usualRatio: 40 / face.box.width).eyeDistance
        #expect(known < 46.5 && CropPose(face).eyeDistance > known)
    }

    @Test func hopelessLandmarksStillGiveASquare() {
        var face = FaceDetection.frontal(eyeCenter: eyes, eyeDistance: 40)
        face.landmarks = face.landmarks.map { _ in eyes }
        let pose = CropPose(face)
        #expect(pose.roll == 0 && pose.eyeDistance >= 0.36 * face.box.width)
    }
}
