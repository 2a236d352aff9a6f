import Foundation

/// Where a face is and how large and how tilted it is, in the terms a crop needs.
package struct CropPose: Sendable, Equatable {
    /// The midpoint of the eyes.
    package var eyeCenter: Point
    /// The distance the eyes would have if the face looked at the camera, in pixels.
    package var eyeDistance: Float
    /// The tilt of the head in radians, clockwise as seen.
    package var roll: Float
    /// The centre of the detector's box.
    package var boxCenter: Point
    /// The longer side of the detector's box.
    package var boxSide: Float
    /// How far the nose tip lies to the side of the eyes' midpoint, in apparent eye distances: 0 frontal,
    /// beyond about 0.6 a profile; positive to the viewer's right.
    package var yaw: Float

    package init(
        eyeCenter: Point, eyeDistance: Float, roll: Float, boxCenter: Point, boxSide: Float, yaw: Float
    ) {
        self.eyeCenter = eyeCenter
        self.eyeDistance = eyeDistance
        self.roll = roll
        self.boxCenter = boxCenter
        self.boxSide = boxSide
        self.yaw = yaw
    }
}

extension CropPose {
    // Ratios measured on frontal faces: eyes to mouth over eye distance, eye distance over box width.
    private static let mouthRatio: Float = 1.06
    private static let boxRatios: ClosedRange<Float> = 0.36...0.50
    // Between these yaws the measure passes from the eyes to what does not shrink in profile.
    private static let frontalYaw: Float = 0.25
    private static let profileYaw: Float = 0.6

    /// Reads the pose off one detection.
    ///
    /// A face turned to the side shows its eyes too close together; a crop measured by them would zoom in
    /// on it. There the distance from eyes to mouth takes over. An open mouth lengthens that in turn, so
    /// `usualRatio`, the eye distance over the box width of the same person seen from the front, bounds
    /// it where it is known.
    package init(_ detection: FaceDetection, usualRatio: Float? = nil) {
        let box = detection.box
        let marks = detection.landmarks
        let center = marks.leftEye.midpoint(marks.rightEye)
        let eyes = marks.rightEye - marks.leftEye
        let mouth = marks.mouthCenter - center
        let apparent = max(eyes.length, 1e-3)
        let offset = marks.noseTip - center
        // With the eyes' line too short to give a direction, the face's own vertical gives it.
        let isThin = eyes.length < 0.55 * mouth.length
        let across = isThin ? Point(x: mouth.y, y: -mouth.x) : eyes
        let direction = across.length > 0 ? across.scaled(by: 1 / across.length) : Point(x: 1, y: 0)

        let yaw = (offset.x * direction.x + offset.y * direction.y) / apparent
        let turned = smoothStep(abs(yaw), from: Self.frontalYaw, to: Self.profileYaw)
        var fromMouth = mouth.length / Self.mouthRatio
        if let usualRatio {
            let usual = usualRatio * box.width
            fromMouth = min(max(fromMouth, 0.87 * usual), 1.15 * usual)
        }
        let blended = (1 - turned) * apparent + turned * max(apparent, fromMouth)

        eyeCenter = center
        eyeDistance = min(
            max(blended, Self.boxRatios.lowerBound * box.width), Self.boxRatios.upperBound * box.width)
        roll = atan2(direction.y, direction.x)
        boxCenter = box.center
        boxSide = max(box.width, box.height)
        self.yaw = yaw
    }

    /// Whether the eyes' distance can be trusted as it is seen.
    package var isFrontal: Bool { abs(yaw) < Self.frontalYaw }
}

/// 0 below `low`, 1 above `high`, and a smooth rise between.
private func smoothStep(_ x: Float, from low: Float, to high: Float) -> Float {
    let t = min(max((x - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
}
