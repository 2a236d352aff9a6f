extension Point {
    package static func + (a: Point, b: Point) -> Point { Point(x: a.x + b.x, y: a.y + b.y) }
    package static func - (a: Point, b: Point) -> Point { Point(x: a.x - b.x, y: a.y - b.y) }

    package var length: Float { (x * x + y * y).squareRoot() }
    package var isFinite: Bool { x.isFinite && y.isFinite }

    package func scaled(by factor: Float) -> Point { Point(x: x * factor, y: y * factor) }
    package func midpoint(_ other: Point) -> Point { (self + other).scaled(by: 0.5) }
}

extension FaceBox {
    package func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < x + width && point.y >= y && point.y < y + height
    }

    package var center: Point { Point(x: x + width / 2, y: y + height / 2) }

    /// Whether the box can be reckoned with: finite and not empty.
    package var isUsable: Bool {
        x.isFinite && y.isFinite && width.isFinite && height.isFinite && width >= 1 && height >= 1
    }

    /// The area this box shares with another.
    package func sharedArea(_ other: FaceBox) -> Float {
        let across = min(x + width, other.x + other.width) - max(x, other.x)
        let down = min(y + height, other.y + other.height) - max(y, other.y)
        return across > 0 && down > 0 ? across * down : 0
    }

    /// Intersection over union.
    package func overlap(_ other: FaceBox) -> Float {
        let shared = sharedArea(other)
        let union = width * height + other.width * other.height - shared
        return union > 0 ? shared / union : 0
    }
}

extension FaceLandmarks {
    package var points: InlineArray<6, Point> {
        [leftEye, rightEye, noseTip, mouthCenter, leftTragion, rightTragion]
    }
    package var isFinite: Bool {
        leftEye.isFinite && rightEye.isFinite && noseTip.isFinite && mouthCenter.isFinite
            && leftTragion.isFinite && rightTragion.isFinite
    }

    /// The landmarks of which each is the image of one of these.
    package func map(_ transform: (Point) -> Point) -> FaceLandmarks {
        FaceLandmarks(
            leftEye: transform(leftEye), rightEye: transform(rightEye), noseTip: transform(noseTip),
            mouthCenter: transform(mouthCenter), leftTragion: transform(leftTragion),
            rightTragion: transform(rightTragion))
    }
}
