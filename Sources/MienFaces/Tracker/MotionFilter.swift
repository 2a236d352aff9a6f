import Foundation

/// A Kalman filter for one coordinate that moves at a nearly constant velocity per second.
package struct AxisFilter: Sendable {
    package private(set) var position: Float
    package private(set) var velocity: Float = 0
    // The covariance [[a, b], [b, c]] of position and velocity.
    private var a: Float
    private var b: Float = 0
    private var c: Float

    /// - Parameters:
    ///   - noise: The standard deviation of `position`.
    ///   - speed: The standard deviation of the unknown velocity.
    package init(at position: Float, noise: Float, speed: Float) {
        self.position = position
        a = noise * noise
        c = speed * speed
    }

    /// The variance of the position.
    package var variance: Float { a }

    /// Moves `step` seconds on; `acceleration` is the standard deviation of what may act meanwhile.
    package mutating func predict(_ step: Float, acceleration: Float) {
        position += velocity * step
        let power = acceleration * acceleration
        let square = step * step
        a += step * (2 * b + step * c) + power * square * square / 4
        b += step * c + power * square * step / 2
        c += power * square
    }

    /// Takes in a measured position with standard deviation `noise`.
    package mutating func update(_ measured: Float, noise: Float) {
        let total = a + noise * noise
        let gain = (a / total, b / total)
        let surprise = measured - position
        position += gain.0 * surprise
        velocity += gain.1 * surprise
        c -= gain.1 * b
        b *= 1 - gain.0
        a *= 1 - gain.0
    }

    /// Stops the motion, as when nothing is known of it any more.
    package mutating func halt() { velocity = 0 }
}

/// Where a face is going: its centre and the logarithm of its width, each with a velocity.
///
/// The logarithm keeps the width positive however long the filter runs on without a measurement.
package struct MotionFilter: Sendable {
    private var x: AxisFilter
    private var y: AxisFilter
    private var logWidth: AxisFilter
    private var aspect: Float

    // In face widths; from measured jitter and from how fast heads move.
    private static let noise: Float = 0.02
    private static let speed: Float = 2
    private static let acceleration: Float = 4
    private static let growth: Float = 1

    package init(_ box: FaceBox) {
        x = AxisFilter(at: box.center.x, noise: Self.noise * box.width, speed: Self.speed * box.width)
        y = AxisFilter(at: box.center.y, noise: Self.noise * box.width, speed: Self.speed * box.width)
        logWidth = AxisFilter(at: log(box.width), noise: Self.noise, speed: Self.growth)
        aspect = box.height / box.width
    }

    package var width: Float { exp(logWidth.position) }
    package var center: Point { Point(x: x.position, y: y.position) }
    /// Pixels per second.
    package var velocity: Point { Point(x: x.velocity, y: y.velocity) }
    /// The standard deviation of the centre, in face widths.
    package var uncertainty: Float { max(x.variance, y.variance).squareRoot() / width }

    package var box: FaceBox {
        FaceBox(
            x: center.x - width / 2, y: center.y - width * aspect / 2, width: width, height: width * aspect)
    }

    /// Moves `seconds` on. A face out of sight keeps its size: growth seen just before it vanished is mostly
    /// the occluder's work.
    package mutating func predict(_ seconds: Double, isLost: Bool) {
        let step = Float(min(seconds, 10))
        x.predict(step, acceleration: Self.acceleration * width)
        y.predict(step, acceleration: Self.acceleration * width)
        if isLost { logWidth.halt() }
        logWidth.predict(step, acceleration: Self.growth)
    }

    /// Takes in a detected box; `keepsSize` leaves the width alone, for boxes that overlap others.
    package mutating func update(_ box: FaceBox, keepsSize: Bool) {
        let spread = Self.noise * width
        x.update(box.center.x, noise: spread)
        y.update(box.center.y, noise: spread)
        guard !keepsSize else { return }
        logWidth.update(log(box.width), noise: Self.noise)
        aspect += 0.2 * (box.height / box.width - aspect)
    }
}
