/// A point of an image in pixels: x to the right, y downwards, the centre of the first pixel at (0.5, 0.5).
package struct Point: Sendable, Equatable {
    package var x: Float
    package var y: Float

    package init(x: Float, y: Float) {
        self.x = x
        self.y = y
    }
}

/// An upright box in image pixels; it may reach beyond the image.
package struct FaceBox: Sendable, Equatable {
    /// The left edge.
    package var x: Float
    /// The top edge.
    package var y: Float
    package var width: Float
    package var height: Float

    package init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// The six keypoints of BlazeFace, in image pixels. Left and right are the viewer's.
package struct FaceLandmarks: Sendable, Equatable {
    package var leftEye: Point
    package var rightEye: Point
    package var noseTip: Point
    package var mouthCenter: Point
    package var leftTragion: Point
    package var rightTragion: Point

    package init(
        leftEye: Point, rightEye: Point, noseTip: Point, mouthCenter: Point, leftTragion: Point,
        rightTragion: Point
    ) {
        self.leftEye = leftEye
        self.rightEye = rightEye
        self.noseTip = noseTip
        self.mouthCenter = mouthCenter
        self.leftTragion = leftTragion
        self.rightTragion = rightTragion
    }
}

/// A face found in one image.
package struct FaceDetection: Sendable, Equatable {
    package var box: FaceBox
    package var landmarks: FaceLandmarks
    /// The detector's score, 0...1.
    package var score: Float

    package init(box: FaceBox, landmarks: FaceLandmarks, score: Float) {
        self.box = box
        self.landmarks = landmarks
        self.score = score
    }
}
