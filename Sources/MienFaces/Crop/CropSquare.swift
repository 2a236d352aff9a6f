import Foundation

/// The square of a frame that becomes a crop; it may be turned and may reach beyond the frame.
package struct CropSquare: Sendable, Equatable {
    /// The upper left corner, in frame pixels.
    package var origin: Point
    /// The side in frame pixels.
    package var side: Float
    /// The angle of the upper side in radians, clockwise as seen.
    package var roll: Float

    package init(origin: Point, side: Float, roll: Float) {
        self.origin = origin
        self.side = side
        self.roll = roll
    }

    /// The square that `specification` asks for around a face.
    package init(_ pose: CropPose, _ specification: CropSpecification) {
        roll = specification.alignsRoll ? pose.roll : 0
        let anchor: Point
        let fraction: Point
        switch specification.framing {
        case .eyes(let distance, let center):
            side = pose.eyeDistance / distance
            anchor = pose.eyeCenter
            fraction = center
        case .margin(let margin):
            side = pose.boxSide * (1 + 2 * margin)
            anchor = pose.boxCenter
            fraction = Point(x: 0.5, y: 0.5)
        }
        let offset = fraction.scaled(by: side).turned(by: roll)
        origin = anchor - offset
    }

    /// The share of the square that lies in a frame of the given size, 0...1.
    ///
    /// Counted on a grid of 16 x 16 points: enough to tell a crop that is mostly repeated edge.
    package func coverage(width: Int, height: Int) -> Float {
        var inside = 0
        for row in 0..<16 {
            for column in 0..<16 {
                let place = Point(x: (Float(column) + 0.5) / 16, y: (Float(row) + 0.5) / 16)
                let point = origin + place.scaled(by: side).turned(by: roll)
                let isInside =
                    point.x >= 0 && point.y >= 0 && point.x < Float(width) && point.y < Float(height)
                inside += isInside ? 1 : 0
            }
        }
        return Float(inside) / 256
    }
}

extension Point {
    package func turned(by angle: Float) -> Point {
        let (cosine, sine) = (cos(angle), sin(angle))
        return Point(x: cosine * x - sine * y, y: sine * x + cosine * y)
    }
}
